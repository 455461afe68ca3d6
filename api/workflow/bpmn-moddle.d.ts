declare module 'bpmn-moddle' {
  /** An element of the BPMN meta-model; what it holds depends on `$type`. */
  export type Element = { readonly $type: string; readonly [property: string]: unknown }
  export class BpmnModdle {
    constructor(packages?: Readonly<Record<string, object>>)
    fromXML(xml: string): Promise<{
      readonly rootElement: Element
      readonly warnings: readonly { readonly message: string; readonly element?: Element; readonly property?: string }[]
    }>
  }
}
