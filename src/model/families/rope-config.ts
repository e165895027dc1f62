import { z } from '../../schema/index.ts'
import type { EncoderConfig } from '../family.ts'
import { ATTENTION_KINDS, type AttentionKind } from '../rotary-attention.ts'
import { refusedConfig, withLayers } from './config-schema.ts'

/** What `config.json` says of rotary position embeddings and of the layers' kinds of attention. */

/** Of both generations: `rope_type` or `type`; what only scaled embeddings have is not known here. */
const rope = z.strictObject({
  rope_type: z.optional(z.literal('default')),
  type: z.optional(z.literal('default')),
  rope_theta: z.optional(z.number().check(z.positive())),
  partial_rotary_factor: z.optional(z.literal(1)),
})
const ropeByKind = z.strictObject({
  full_attention: z.optional(rope),
  sliding_attention: z.optional(rope),
})

/** Fields of every family that turns its heads by position. */
export const ropeSchema = {
  rope_parameters: z.nullish(z.union([rope, ropeByKind])),
  rope_scaling: z.nullish(rope),
  rope_theta: z.nullish(z.number().check(z.positive())),
  layer_types: z.nullish(z.array(z.enum(ATTENTION_KINDS))),
}

interface RopeFields {
  readonly rope_parameters?: z.infer<typeof ropeSchema.rope_parameters>
}

/** θ for layers of a kind, or undefined where `rope_parameters` does not say it. */
export function ropeTheta({ rope_parameters: given }: RopeFields, kind: AttentionKind) {
  if (!given) return undefined
  const isByKind = 'full_attention' in given || 'sliding_attention' in given
  const own = isByKind ? (given as z.infer<typeof ropeByKind>)[kind] : given
  return (own as z.infer<typeof rope> | undefined)?.rope_theta
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
