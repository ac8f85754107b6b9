/** Work put off to the next frame; a hidden page has none, so there it is put off a little. */

export function nextFrame(call: () => void): void {
  if (document.visibilityState === 'visible') requestAnimationFrame(call);
  else setTimeout(call, 50);
}
