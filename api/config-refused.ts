/** A setting that cannot be used; `setting` names it. Shown to the operator at start. */
export class ConfigRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ConfigRefused'
  }
}
