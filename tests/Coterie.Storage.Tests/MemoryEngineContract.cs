using Coterie.Contracts;
using Coterie.Storage.Memory;

namespace Coterie.Storage.Tests;

public sealed class MemoryEngineContract : DurableEngineContract
{
    protected override IEngineHome MakeHome() => new Store();

    private sealed class Store : IEngineHome
    {
        private readonly MemoryDisk _disk = new();

        public IStorageEngine Open(RowMergeFunction merge) => new MemoryEngine(_disk, TimeProvider.System, () => TimeSpan.Zero, merge);

        public void NoteSynced()
        {
            // The disk knows.
        }

        public IEngineHome AfterKill()
        {
            _disk.Crash(new Random(1), isMachineDown: false);
            return this;
        }

        public IEngineHome AfterPowerLoss(Random random)
        {
            _disk.Crash(random);
            return this;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
