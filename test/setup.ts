import fc from 'fast-check';

/** A fixed seed, so that a run of the tests and its coverage figures repeat; IOV_TEST_SEED changes it. */
fc.configureGlobal({ seed: Number(process.env.IOV_TEST_SEED ?? 1) });

/** Annotations are for a job that checks a design, not for one that tests iovcheck. */
delete process.env.GITHUB_ACTIONS;
