type Json = Readonly<Record<string, unknown>>;

/** Each dependency of package.json is one exact version. */
export function checkPinned(manifest: Json): string[] {
  return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((group) =>
    Object.entries((manifest[group] ?? {}) as Json)
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)))
      .map(([name, version]) => `${group}: ${name} is '${String(version)}'; write one exact version`),
  );
}

/** No package of the lock file runs anything when it is installed. */
export function checkInstallScripts(lock: Json, allowScripts: Readonly<Record<string, boolean>> = {}): string[] {
  return Object.entries((lock.packages ?? {}) as Readonly<Record<string, Json>>)
    .filter(([, entry]) => entry.hasInstallScript === true)
    .filter(
      ([path, entry]) => !(entry.optional === true && allowScripts[path.replace(/^.*node_modules\//, '')] === false),
    )
    .map(([path]) => `${path} has an install script`);
}
