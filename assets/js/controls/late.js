// Dialogs whose modules come after the first picture, or when one of them is asked for before that.

/**
 * @template {{element: HTMLElement, toggle: () => void}} T
 */
export class LateDialog {
  /**
   * @param {() => Promise<T>} make imports the module and makes the dialog
   * @param {(text: string) => void} say tells the person when it does not come
   */
  constructor(make, say) {
    this.make = make;
    this.say = say;
    /** The dialog, once it is made. @type {T | null} */
    this.made = null;
    /** @type {Promise<T> | null} */
    this.making = null;
  }

  /**
   * Makes the dialog, once.
   * @returns {Promise<T>}
   * @throws {Error} where its module cannot be loaded; the next call tries again
   */
  load() {
    this.making ??= this.make().then((dialog) => {
      document.body.append(dialog.element);
      return (this.made = dialog);
    }).catch((error) => {
      this.making = null;
      throw error;
    });
    return this.making;
  }

  /** Opens or closes it: at once where it is made. */
  toggle() {
    if (this.made) return this.made.toggle();
    this.load().then((dialog) => dialog.toggle(), () => this.say("It could not be loaded. Try again in a moment."));
  }
}
