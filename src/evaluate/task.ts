import { InputError } from '../errors/index.ts'

/** What gold values may be: two classes, or degrees up to a highest one. */
export type GoldLabels = 'binary' | { readonly max: number }

/** Sentence pairs with what people say of them. */
export interface Pairs {
  readonly first: readonly string[]
  readonly second: readonly string[]
  /** `[N]`: larger is more similar; 0 and 1 where labels are binary. */
  readonly gold: Float64Array
  /** `[N]`: the line of the file each pair stands in, from 1; in Parquet its row, from 0. */
  readonly lines: Uint32Array
}

/** Pairs to be evaluated on, and where they are from. */
export interface Task {
  /** E.g. `csts_dev`. */
  readonly name: string
  /** E.g. `dev`. */
  readonly split: string
  readonly labels: GoldLabels
  readonly pairs: Pairs
  /** The file, for people. */
  readonly source: string
  /** SHA-256 of the file's bytes, in hex. */
  readonly sha256: string
  /** What a user should know about the file, e.g. rows that occur twice. */
  readonly warnings: readonly string[]
}

/** Where one of the seven tasks is found. */
export interface TaskSpec {
  readonly name: string
  readonly split: string
  /** Below the data folder. */
  readonly file: string
  readonly labels: GoldLabels
  /** Its data set on the hub, where there is one. */
  readonly hub?: HubSplit
}

/** A split of a data set on the hub, at the revision that MTEB evaluates. */
export interface HubSplit {
  readonly id: string
  readonly revision: string
  readonly split: string
}

const stsb = (split: string): HubSplit => ({
  id: 'C-MTEB/STSB',
  revision: '0cde68302b3541bb8b3c340dc0644b0b745b3dc0',
  split,
})

/**
 * The tasks of the model card of DMetaSoul/sbert-chinese-general-v2-distill, in its order. Hub ids
 * and revisions are those of mteb/tasks/STS/zho; Xiaobu (BUSTM) is not part of C-MTEB.
 */
const TASK_SPECS: readonly TaskSpec[] = [
  {
    name: 'csts_dev',
    split: 'dev',
    file: 'csts/dev.tsv',
    labels: { max: 5 },
    hub: stsb('validation'),
  },
  {
    name: 'csts_test',
    split: 'test',
    file: 'csts/test.tsv',
    labels: { max: 5 },
    hub: stsb('test'),
  },
  matching('afqmc', { id: 'C-MTEB/AFQMC', revision: 'b44c3b011063adb25877c13823db83bb193913c4' }),
  matching('lcqmc', { id: 'C-MTEB/LCQMC', revision: '17f9b096f80380fce5ed12a9be8be7784b337daf' }),
  matching('bqcorpus', { id: 'C-MTEB/BQ', revision: 'e3dda5e115e487b39ec7e618c0c6a29137052a55' }),
  matching('pawsx', { id: 'C-MTEB/PAWSX', revision: '9c6a90e430ac22b5779fb019a23e820b11a8b5e1' }),
  matching('xiaobu'),
]

function matching(name: string, dataset?: Pick<HubSplit, 'id' | 'revision'>): TaskSpec {
  const spec = { name, split: 'dev', file: `${name}/dev.tsv`, labels: 'binary' } as const
  return dataset ? { ...spec, hub: { ...dataset, split: 'validation' } } : spec
}

/** Names of the seven tasks, in the order of the model card. */
export const TASK_NAMES: readonly string[] = TASK_SPECS.map(({ name }) => name)

/**
 * The tasks of these names, in the model card's order; default: all seven.
 * @throws InputError for a name that is none of them.
 */
export function taskSpecs(names: readonly string[] = TASK_NAMES): readonly TaskSpec[] {
  const unknown = names.find((name) => !TASK_NAMES.includes(name))
  if (unknown === undefined) return TASK_SPECS.filter(({ name }) => names.includes(name))
  throw new InputError(
    'task-unknown',
    `there is no task ${JSON.stringify(unknown)}; choose from ${TASK_NAMES.join(', ')}`,
    { facts: { name: unknown, known: TASK_NAMES } },
  )
}
