import { readdirSync, readFileSync } from 'node:fs'
import { arch, availableParallelism } from 'node:os'

const CPU_FOLDER = '/sys/devices/system/cpu'

/**
 * Cores this program may use, counting two threads of one core once: matrix products gain nothing
 * from the second. Where the system does not list siblings, every processor counts.
 */
export function physicalCores(): number {
  return Math.max(1, Math.min(availableParallelism(), distinctCores() ?? Number.POSITIVE_INFINITY))
}

function distinctCores(): number | undefined {
  try {
    const processors = readdirSync(CPU_FOLDER).filter((name) => /^cpu\d+$/.test(name))
    const siblings = processors.map((name) =>
      readFileSync(`${CPU_FOLDER}/${name}/topology/thread_siblings_list`, 'utf8'),
    )
    return siblings.length === 0 ? undefined : new Set(siblings).size
  } catch {
    return undefined
  }
}

/** What decides how fast matrix products are, by the names Linux lists them under, best first. */
const NAMES: Readonly<Record<string, string>> = {
  amx_int8: 'AMX',
  avx512_vnni: 'AVX-512 VNNI',
  avx_vnni: 'AVX-VNNI',
  avx512f: 'AVX-512',
  avx2: 'AVX2',
  i8mm: 'I8MM',
  asimddp: 'dot product',
  asimd: 'NEON',
}

/**
 * The instruction sets of this machine's processor for matrix products, such as `AVX2`, or `AVX-512
 * VNNI, AVX-512, AVX2`; where the system does not list them, the processor's kind (`x64`, `arm64`).
 * With VNNI, AVX-VNNI, I8MM or dot products, 8 bits are twice as fast as without; the vectors are the
 * same.
 */
export function instructionSets(cpuInfo = readCpuInfo()): string {
  const [, flags = ''] = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuInfo) ?? []
  const has = new Set(flags.trim().split(/\s+/))
  const found = Object.entries(NAMES).flatMap(([flag, name]) => (has.has(flag) ? [name] : []))
  return found.length > 0 ? found.join(', ') : arch()
}

function readCpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    return ''
  }
}
