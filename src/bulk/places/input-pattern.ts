import picomatch from 'picomatch'
import { TEXT_FORMATS } from '../../files/index.ts'

/** Which files below a folder, or below a prefix of a bucket, are shards. */
export interface InputPattern {
  /** The folder or prefix, without the part that is a pattern. */
  readonly base: string
  /** @param path the way from the base, with `/` */
  matches(path: string): boolean
}

const FORMAT = new RegExp(`\\.(${TEXT_FORMATS.join('|')})(\\.gz)?$`, 'i')

/**
 * Of a pattern such as `texts/part-*.jsonl` what it matches; of a folder every file whose name
 * tells a format of texts. Names that begin with `.` or `_` are other programs' own, as in Hadoop.
 */
export function inputPattern(input: string): InputPattern {
  const { base, glob, isGlob } = picomatch.scan(input)
  if (isGlob) {
    const isMatch = picomatch(glob)
    // Alone: a second argument, such as filter gives, would have it answer with an object.
    return { base, matches: (path) => isMatch(path) }
  }
  return { base: input, matches: (path) => FORMAT.test(path) && !/(^|\/)[._]/.test(path) }
}
