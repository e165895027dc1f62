import { CheckpointError } from '../errors/index.ts'
import { POOLING_MODES, type PoolingMode, type PoolingSpec } from '../model/index.ts'
import { z } from '../schema/index.ts'

/** `1_Pooling/config.json`, in both generations of keys. */

const NAMES: Readonly<Record<PoolingMode, string>> = {
  cls: 'cls',
  max: 'max',
  mean: 'mean',
  mean_sqrt_len: 'mean_sqrt_len_tokens',
  weightedmean: 'weightedmean',
  lasttoken: 'lasttoken',
}
const MODES_BY_NAME: ReadonlyMap<string, PoolingMode> = new Map(
  POOLING_MODES.map((mode) => [NAMES[mode], mode]),
)

/** The older generation: one switch for each mode. */
const MODE_SWITCHES = {
  pooling_mode_cls_token: 'cls',
  pooling_mode_max_tokens: 'max',
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_mean_sqrt_len_tokens: 'mean_sqrt_len',
  pooling_mode_weightedmean_tokens: 'weightedmean',
  pooling_mode_lasttoken: 'lasttoken',
} as const satisfies Record<string, PoolingMode>

const size = z.optional(z.int().check(z.positive()))
const switches = Object.fromEntries(
  Object.keys(MODE_SWITCHES).map((name) => [name, z.optional(z.boolean())]),
)
const poolingSchema = z.strictObject({
  word_embedding_dimension: size,
  embedding_dimension: size,
  pooling_mode: z.optional(z.union([z.string(), z.array(z.string()).check(z.minLength(1))])),
  include_prompt: z.optional(z.boolean()),
  ...switches,
})

interface PoolingFile {
  readonly folder: string
  readonly path: string
  readonly hiddenSize: number
}

/** @throws CheckpointError for unknown modes, for none, and for vectors of another size. */
export function parsePooling(
  content: unknown,
  { folder, path, hiddenSize }: PoolingFile,
): PoolingSpec {
  const refuse = (what: string) =>
    new CheckpointError(
      'checkpoint-pooling',
      `${folder}/${path}/config.json cannot be used: ${what}`,
      {
        facts: { folder, path },
      },
    )
  const parsed = poolingSchema.safeParse(content)
  if (!parsed.success) throw refuse(z.prettifyError(parsed.error))
  const { word_embedding_dimension: older, embedding_dimension: newer } = parsed.data
  const width = newer ?? older ?? hiddenSize
  if (width !== hiddenSize)
    throw refuse(`it pools ${width} numbers, but the encoder has ${hiddenSize}`)
  const names = [parsed.data.pooling_mode ?? []].flat()
  const unknown = names.find((name) => !MODES_BY_NAME.has(name))
  if (unknown !== undefined) {
    throw refuse(`pooling ${unknown} is not one of ${[...MODES_BY_NAME.keys()].join(', ')}`)
  }
  const named = names.flatMap((name) => MODES_BY_NAME.get(name) ?? [])
  const modes = named.length > 0 ? named : switchedModes(parsed.data)
  if (modes.length === 0) throw refuse('it names no pooling mode')
  return { kind: 'pooling', modes, includePrompt: parsed.data.include_prompt ?? true }
}

function switchedModes(config: Readonly<Record<string, unknown>>): PoolingMode[] {
  const on = Object.entries(MODE_SWITCHES).filter(([name]) => config[name] === true)
  const modes = new Set(on.map(([, mode]) => mode))
  return POOLING_MODES.filter((mode) => modes.has(mode))
}

/**
 * The older keys, which every version of sentence-transformers reads; the newer ones where only they
 * can tell the order of the modes.
 */
export function poolingConfig({ modes, includePrompt }: PoolingSpec, hiddenSize: number) {
  if (String(modes) !== String(POOLING_MODES.filter((mode) => modes.includes(mode)))) {
    return {
      embedding_dimension: hiddenSize,
      pooling_mode: modes.map((mode) => NAMES[mode]),
      include_prompt: includePrompt,
    }
  }
  const flags = Object.entries(MODE_SWITCHES).map(([name, mode]) => [name, modes.includes(mode)])
  return {
    word_embedding_dimension: hiddenSize,
    ...Object.fromEntries(flags),
    include_prompt: includePrompt,
  }
}
