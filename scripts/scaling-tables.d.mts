/** The plan for a number of sentences; sizes in bytes. */
export interface Plan {
  readonly shards: number
  readonly coreHours: number
  readonly machines: number
  readonly hours: number
  readonly storage: Readonly<Record<'float32' | 'int8' | 'binary', number>>
  readonly memory: Readonly<Record<'float32' | 'int8' | 'binary', number>>
  readonly searchMachines: Readonly<Record<'float32' | 'int8' | 'binary', number>>
}

export declare function planFor(
  rows: number,
  measured: { readonly rate: number; readonly lost: number },
): Plan
export declare function withScalingTables(text: string, results: readonly object[]): string
