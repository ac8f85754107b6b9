/** Where a question that had the focus is over, the focus goes back to the button that led to it. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export function useFocusBack(button: RefObject<HTMLButtonElement | null>, asked: boolean): void {
  const was = useRef(false);
  useLayoutEffect(() => {
    if (was.current && !asked && document.activeElement === document.body) button.current?.focus();
    was.current = asked;
  }, [asked]);
}
