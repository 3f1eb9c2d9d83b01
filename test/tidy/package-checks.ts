type Json = Readonly<Record<string, unknown>>;

/** Each dependency of package.json is one exact version. */
export function checkPinned(manifest: Json): string[] {
  return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((group) =>
    Object.entries((manifest[group] ?? {}) as Json)
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)))
      .map(([name, version]) => `${group}: ${name} is '${String(version)}'; write one exact version`),
  );
}

/** No package of the lock file runs anything when it is installed; an optional one may want to, and is refused. */
export function checkInstallScripts(lock: Json, allowScripts: Readonly<Record<string, boolean>> = {}): string[] {
  const isRefused = (path: string, entry: Json): boolean =>
    entry.optional === true && !(allowScripts[path.replace(/^.*node_modules\//, '')] ?? true);
  return Object.entries((lock.packages ?? {}) as Readonly<Record<string, Json>>)
    .filter(([path, entry]) => entry.hasInstallScript === true && !isRefused(path, entry))
    .map(([path]) => `${path} has an install script`);
}
