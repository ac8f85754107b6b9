// Prints what is no JSON from the first moment, answers nothing, and stays.
process.stdout.write('Welcome to the friendly agent!\n\u0000\u0001\ufffd {"jsonrpc": \n');
process.stdout.write('Loading the friendly agent, please wait.\n'.repeat(500));
process.stdin.on('data', () => process.stdout.write('Did not understand. Type help.\n'));
