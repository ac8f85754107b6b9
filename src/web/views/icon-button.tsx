/** A button that shows an icon alone: its name is read out, and seen where a pointer rests on it. */
import type { ButtonHTMLAttributes, ComponentChildren, Ref } from 'preact';
import { Icon, type IconName } from './icon.tsx';

export interface IconButtonProps extends Omit<
  ButtonHTMLAttributes,
  'type' | 'name' | 'icon' | 'title' | 'aria-label'
> {
  /** What it does. */
  name: string;
  icon?: IconName;
  /** In place of `icon`: one that is not among the icons of the page's first load. */
  children?: ComponentChildren;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ name, icon, children, class: kind = 'icon', ...rest }: IconButtonProps) {
  return (
    <button type="button" class={kind} aria-label={name} title={name} {...rest}>
      {icon ? <Icon name={icon} /> : children}
    </button>
  );
}
