using Coterie.Contracts;

namespace Coterie.Storage.Tests;

public sealed class RocksEngineContract : DurableEngineContract
{
    protected override IEngineHome MakeHome() => new Store(new TemporaryStore(), hasLostPower: false);

    /// <summary>The killed process is an image of the files while they are open: what the system has of them. Where power was lost the log is torn, too.</summary>
    private sealed class Store(TemporaryStore store, bool hasLostPower) : IEngineHome
    {
        private Dictionary<string, long> _synced = [];

        public IStorageEngine Open(RowMergeFunction merge) => TemporaryStore.Open(store.Options with { MayHaveLostTail = hasLostPower }, merge);

        public void NoteSynced() => _synced = Logs(store).ToDictionary(log => Path.GetFileName(log), log => new FileInfo(log).Length);

        public IEngineHome AfterKill() => new Store(store.Copy(), hasLostPower: false);

        public IEngineHome AfterPowerLoss(Random random)
        {
            var image = store.Copy();
            foreach (var log in Logs(image))
            {
                Tear(log, _synced.GetValueOrDefault(Path.GetFileName(log)), random);
            }

            return new Store(image, hasLostPower: true);
        }

        public ValueTask DisposeAsync() => store.DisposeAsync();

        private static IEnumerable<string> Logs(TemporaryStore store) => Directory.EnumerateFiles(store.Path, "*.log");

        /// <summary>Shorter than it was, or with a hole of zeros in it, as a page that never reached the disk; never in what was synced.</summary>
        private static void Tear(string log, long synced, Random random)
        {
            const int Page = 4096;
            var bytes = File.ReadAllBytes(log);
            var from = synced + random.NextInt64(bytes.Length - synced + 1);
            if (random.Next(2) == 0)
            {
                File.WriteAllBytes(log, bytes[..(int)from]);
                return;
            }

            bytes.AsSpan((int)from, (int)Math.Min(Page, bytes.Length - from)).Clear();
            File.WriteAllBytes(log, bytes);
        }
    }
}
