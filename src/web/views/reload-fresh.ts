/** Reloads the page past its own cache: the service worker looks for a new shell first. */

/** A new shell that is not there by then is not there at all. */
const updateMs = 3_000;

export async function reloadFresh(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker?.getRegistration();
    if (registration) {
      const changed = new Promise((resolve) => {
        navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
      });
      await registration.update();
      if (registration.installing || registration.waiting) {
        await Promise.race([changed, new Promise((resolve) => setTimeout(resolve, updateMs))]);
      }
    }
  } catch {
    // Offline, or no service worker here: reloading is all that can be done.
  }
  location.reload();
}
