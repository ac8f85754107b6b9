// Never answers anything, not even `initialize`.
process.stdin.resume();
