/** The C of user memory that is lent to a pipe. */

export const MEMORY_PARTS = {
  mem: `/* User memory of the trace. */
static char *mem;`,

  reserve: `/* Where nothing is mapped, an access faults. */
static void reserve(int pages)
{
	mem = mmap(NULL, pages * page, PROT_NONE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED)
		skip("mmap");
}`,

  putPage: `static int put_page(int n, int prot)
{
	return mmap(mem + n * page, page, prot,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED;
}`,

  mapPage: `static int map_page(int n)
{
	return put_page(n, PROT_READ | PROT_WRITE);
}`,

  unmapPage: `static int unmap_page(int n)
{
	return put_page(n, PROT_NONE);
}`,

  storePage: `static int store_page(int n)
{
	memset(mem + n * page, 'u', page);
	return 0;
}`,

  userMemory: `/* Segments of user memory: where each begins, and its length. */
static struct iovec *memory(int n, ...)
{
	static struct iovec iov[8];
	va_list ap;
	int i;

	va_start(ap, n);
	for (i = 0; i < n; i++) {
		iov[i].iov_base = mem + va_arg(ap, long);
		iov[i].iov_len = va_arg(ap, long);
	}
	va_end(ap);
	return iov;
}`,

  into: `static struct iovec *into(char *at, long n)
{
	static struct iovec iov;

	iov = (struct iovec){ at, n };
	return &iov;
}`,
} as const;
