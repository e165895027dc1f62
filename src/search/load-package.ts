import { StoreError } from '../errors/index.ts'

/**
 * Loads an optional package.
 * @throws StoreError that names what to install.
 */
export async function loadPackage<Package>(
  load: () => Promise<Package>,
  { what, packages }: { readonly what: string; readonly packages: string },
): Promise<Package> {
  try {
    return await load()
  } catch (cause) {
    throw new StoreError(
      'store-package-missing',
      `${what} needs packages that cannot be loaded; install them: npm install ${packages}`,
      { facts: { packages }, cause },
    )
  }
}
