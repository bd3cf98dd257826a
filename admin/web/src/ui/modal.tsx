import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface ModalProperties {
  /** The id of the heading inside. */
  labelledBy: string;
  class?: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A dialog over the page. Escape and a click beside it close it; the focus then goes back to where it was. */
export function Modal({ labelledBy, onClose, children, ...properties }: ModalProperties) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={labelledBy}
      {...properties}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div class="inside">{children}</div>
    </dialog>
  );
}
