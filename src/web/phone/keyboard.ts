/** Keeps the composer above a phone's keyboard where the browser does not shrink the page for it. */

export function followKeyboard(): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const update = () => {
    // Zoomed in, the reader wants to look around, not a smaller page.
    const height = viewport.scale > 1.01 ? '' : `${viewport.height}px`;
    document.documentElement.style.setProperty('--viewport', height || '100dvh');
    if (viewport.scale <= 1.01) window.scrollTo(0, 0);
  };
  viewport.addEventListener('resize', update);
  viewport.addEventListener('scroll', update);
  update();
}
