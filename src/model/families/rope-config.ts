import { z } from '../../schema/index.ts'
import type { EncoderConfig } from '../family.ts'
import { ATTENTION_KINDS, type AttentionKind } from '../rotary-attention.ts'
import { refusedConfig, withLayers } from './config-schema.ts'

/** What `config.json` says of rotary position embeddings and of the layers' kinds of attention. */

/** Of both generations: `rope_type` or `type`; what only scaled positions have is not known here. */
const rope = z.strictObject({
  rope_type: z.optional(z.literal('default')),
  type: z.optional(z.literal('default')),
  rope_theta: z.optional(z.number().check(z.positive())),
  partial_rotary_factor: z.optional(z.literal(1)),
})

const fields = z.nullish(z.record(z.string(), z.unknown()))

/** Fields of every family that turns its heads by position. */
export const ropeSchema = {
  rope_parameters: fields,
  rope_scaling: fields,
  rope_theta: z.nullish(z.number().check(z.positive())),
  layer_types: z.nullish(z.array(z.enum(ATTENTION_KINDS))),
}

interface RopeFields {
  readonly rope_parameters?: z.infer<typeof fields>
  readonly rope_scaling?: z.infer<typeof fields>
}

/**
 * θ for each kind of layer, of `rope_parameters`, for all or by the kind; undefined where it does not say.
 * @throws CheckpointError for positions that are scaled.
 */
export function ropeThetas(
  { rope_parameters: given, rope_scaling: scaling }: RopeFields,
  path: string,
): Partial<Readonly<Record<AttentionKind, number>>> {
  if (scaling) parseRope('rope_scaling', scaling, path)
  const isByKind = given && ATTENTION_KINDS.some((kind) => Object.hasOwn(given, kind))
  const thetas = ATTENTION_KINDS.map((kind) => {
    const own = isByKind ? given[kind] : given
    const key = isByKind ? `rope_parameters.${kind}` : 'rope_parameters'
    return [kind, own ? parseRope(key, own, path).rope_theta : undefined] as const
  })
  return Object.fromEntries(thetas.filter(([, theta]) => theta !== undefined))
}

/** Characters of a value that an error shows. */
const SHOWN = 200

function parseRope(key: string, value: unknown, path: string): z.infer<typeof rope> {
  const parsed = rope.safeParse(value)
  if (parsed.success) return parsed.data
  const shown = JSON.stringify(value).slice(0, SHOWN)
  const what = `${key} is ${shown}; only rotary positions without scaling (rope_type default) are supported`
  throw refusedConfig(path, what)
}

/** The kind of each layer's attention: `layer_types`, else what `usual` says of a layer. */
export function attentionKinds(
  raw: {
    readonly layer_types?: readonly AttentionKind[] | null | undefined
    readonly num_hidden_layers: number
  },
  usual: (layer: number) => AttentionKind,
  path: string,
): readonly AttentionKind[] {
  const { layer_types: given, num_hidden_layers: layers } = raw
  if (!given) return Array.from({ length: layers }, (_, layer) => usual(layer))
  if (given.length === layers) return given
  const what = `layer_types has ${given.length} entries, but num_hidden_layers is ${layers}`
  throw refusedConfig(path, what)
}

/** A configuration with fewer layers, each of the kind it was of. */
export function withKinds<
  Config extends EncoderConfig & { readonly kinds: readonly AttentionKind[] },
>(config: Config, kept: readonly number[]): Config {
  const kinds = kept.flatMap((layer) => config.kinds[layer] ?? [])
  const fewer = withLayers(config, kept)
  return { ...fewer, kinds, raw: { ...fewer.raw, layer_types: kinds } }
}
