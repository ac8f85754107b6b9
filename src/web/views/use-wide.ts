/** Whether there is room for two columns. */
import { useEffect, useState } from 'preact/hooks';

const wide = typeof matchMedia === 'function' ? matchMedia('(min-width: 860px)') : undefined;

export function useWide(): boolean {
  const [is, set] = useState(wide?.matches ?? false);
  useEffect(() => {
    const changed = () => set(wide?.matches ?? false);
    changed();
    wide?.addEventListener('change', changed);
    return () => wide?.removeEventListener('change', changed);
  }, []);
  return is;
}
