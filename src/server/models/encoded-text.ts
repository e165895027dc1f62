/** A text's embedding as the model gives it. */
export interface EncodedText {
  /** [D]; shared between requests, so never to be written to. */
  readonly vector: Float32Array
  readonly tokens: number
  readonly truncated: number
}
