import { CheckpointError } from '../../errors/index.ts'
import { z } from '../../schema/index.ts'
import type { Axis, AxisRole, EncoderConfig, WeightShape } from '../family.ts'
import type { Activation } from '../module-spec.ts'

/** What the families' readings of `config.json` share. */

/** Ten times as many as the deepest encoders have. */
const MOST_LAYERS = 256

export const count = z.int().check(z.positive())
export const tokenId = z.nullish(z.int().check(z.nonnegative()))
export const epsilon = z.number().check(z.positive(), z.lte(1))
export const dropoutRate = z.number().check(z.gte(0), z.lt(1))

/** Fields that every family has. */
export const sizesSchema = {
  model_type: z.string(),
  vocab_size: count,
  hidden_size: count,
  num_hidden_layers: count.check(z.lte(MOST_LAYERS)),
  num_attention_heads: count,
  intermediate_size: count,
  max_position_embeddings: count,
}

export type RawSizes = {
  readonly [Name in keyof typeof sizesSchema]: z.infer<(typeof sizesSchema)[Name]>
}

/** @throws CheckpointError saying which fields are wrong. */
export function parseFields<Schema extends z.ZodMiniType>(
  schema: Schema,
  content: unknown,
  path: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(content)
  if (parsed.success) return parsed.data
  throw refusedConfig(path, z.prettifyError(parsed.error))
}

export function refusedConfig(path: string, what: string): CheckpointError {
  return new CheckpointError('checkpoint-config', `${path} cannot be used: ${what}`, {
    facts: { path },
  })
}

/** The sizes of a configuration under our names. */
export function sizesOf(raw: RawSizes, content: unknown) {
  return {
    modelType: raw.model_type,
    vocabularySize: raw.vocab_size,
    hiddenSize: raw.hidden_size,
    layers: raw.num_hidden_layers,
    heads: raw.num_attention_heads,
    intermediateSize: raw.intermediate_size,
    maxPositions: raw.max_position_embeddings,
    raw: content as Readonly<Record<string, unknown>>,
  }
}

/** Names of activations whose formulas are exactly one of ours. */
const ACTIVATIONS_BY_NAME: ReadonlyMap<string, Activation> = new Map([
  ['gelu', 'gelu'],
  ['gelu_python', 'gelu'],
  ['gelu_new', 'gelu_tanh'],
  ['gelu_fast', 'gelu_tanh'],
  ['gelu_pytorch_tanh', 'gelu_tanh'],
  ['relu', 'relu'],
  ['silu', 'silu'],
  ['swish', 'silu'],
  ['tanh', 'tanh'],
])

/** The activation that the field `key` names. */
export function requireActivation(key: string, name: string, path: string): Activation {
  const activation = ACTIVATIONS_BY_NAME.get(name)
  if (activation) return activation
  const known = [...ACTIVATIONS_BY_NAME.keys()].join(', ')
  throw refusedConfig(path, `${key} ${name} is not one of ${known}`)
}

/** Heads of equal size. */
export function requireWholeHeads(raw: RawSizes, path: string): void {
  const { hidden_size: size, num_attention_heads: heads } = raw
  if (size % heads === 0) return
  throw refusedConfig(path, `hidden_size ${size} is not divisible by num_attention_heads ${heads}`)
}

/** Heads of queries that share those of keys and values evenly. */
export function requireGroups(
  raw: RawSizes & { readonly num_key_value_heads?: number | null | undefined },
  path: string,
): void {
  const { num_attention_heads: heads, num_key_value_heads: groups } = raw
  if (!groups || heads % groups === 0) return
  const what = `num_attention_heads ${heads} is not divisible by num_key_value_heads ${groups}`
  throw refusedConfig(path, what)
}

/** Heads that can be turned by position: their components go in pairs. */
export function requireEvenHeads(size: number, path: string): void {
  if (size % 2 === 0) return
  throw refusedConfig(path, `heads have ${size} components; rotary positions need an even number`)
}

/** A configuration with fewer layers, where its layers are all of one kind. */
export function withLayers<Config extends EncoderConfig>(
  config: Config,
  kept: readonly number[],
): Config {
  const raw = { ...config.raw, num_hidden_layers: kept.length }
  return { ...config, layers: kept.length, raw }
}

export const axis = (role: AxisRole, size: number): Axis => ({ role, size })

/** Weight and bias of a linear layer or a normalization. */
export function* weightAndBias(
  name: string,
  out: Axis,
  into: readonly Axis[] = [],
): Generator<WeightShape> {
  yield [`${name}.weight`, [out, ...into]]
  yield [`${name}.bias`, [out]]
}

/** Only the weight of a linear layer or a normalization, with its bias where there is one. */
export function* weightOf(
  name: string,
  [out, ...into]: readonly [Axis, ...Axis[]],
  { bias }: { readonly bias: boolean },
): Generator<WeightShape> {
  if (bias) yield* weightAndBias(name, out, into)
  else yield [`${name}.weight`, [out, ...into]]
}
