import { RuntimeError } from '../errors/index.ts'

/**
 * Loads a package that is not installed with yuju, as only bulk runs need it.
 * @throws RuntimeError that names it, when it is missing.
 */
export async function optionalPackage<Module>(
  name: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : ''
    if (code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new RuntimeError(
      'package-missing',
      `this needs the package ${name}, which is not installed; run npm install ${name}`,
      { facts: { package: name }, cause },
    )
  }
}
