// A simulation watches the thread pool for escapes, so nothing else of this assembly may run beside it.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
