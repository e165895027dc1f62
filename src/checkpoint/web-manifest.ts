import { CheckpointError } from '../errors/index.ts'
import { parseJson, z } from '../schema/index.ts'

/** The file in a model folder that tells a browser what to fetch: browsers cannot list folders. */
export const WEB_MANIFEST_FILE = 'yuju-web.json'

/** Below the folder: no way up, no other place. */
const path = z.string().check(z.regex(/^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[^\\:?#]+$/))

const fileSchema = z.object({
  path,
  size: z.int().check(z.nonnegative()),
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
})

const schema = z.object({
  format: z.literal(1),
  files: z.readonly(z.array(fileSchema).check(z.minLength(1))),
  check: z.object({
    texts: z.readonly(z.array(z.string()).check(z.minLength(1))),
    vectors: z.readonly(z.array(z.readonly(z.array(z.number())))),
  }),
})

/** A file as it has to arrive. */
export interface ManifestFile {
  /** Relative to the folder, with slashes. */
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** SHA-256, in hexadecimal. */
  readonly sha256: string
}

/** What a browser has to fetch of a model, and vectors that it must come to. */
export interface WebManifest {
  readonly format: 1
  readonly files: readonly ManifestFile[]
  readonly check: {
    readonly texts: readonly string[]
    /**
     * Of each text [D], as Node computes it in float32, without a prompt; of a cross-encoder the logit [1] of
     * each with the one after it.
     */
    readonly vectors: readonly (readonly number[])[]
  }
}

/**
 * @param address what errors call the file
 * @throws CheckpointError when the text is no manifest.
 */
export function parseWebManifest(text: string, address: string): WebManifest {
  try {
    return schema.parse(parseJson(text))
  } catch (cause) {
    throw new CheckpointError(
      'checkpoint-web-manifest',
      `${address} is not what yuju export --web writes; write the folder again`,
      { facts: { address }, cause },
    )
  }
}
