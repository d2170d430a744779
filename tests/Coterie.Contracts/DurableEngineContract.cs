using Coterie.Storage;
using Xunit;

namespace Coterie.Contracts;

/// <summary>The same, and what every engine keeps of what was not synced when the process or the machine under it is gone.</summary>
public abstract class DurableEngineContract : EngineContract
{
    [Fact]
    public async Task What_was_not_synced_is_read_and_outlives_the_process()
    {
        await CommitAsync(batch => Put(batch, "a"));
        await CommitAsync(batch => Put(batch, "b"), isSynced: false);
        await CommitAsync(batch => batch.Merge(StorageArea.Data, "b"u8, "a"u8), isSynced: false);
        Assert.Equal(["a=a", "b=ab"], Scan(StorageArea.Data, "", "z"));
        await OpenAsync(Home.AfterKill());
        Assert.Equal(["a=a", "b=ab"], Scan(StorageArea.Data, "", "z"));
    }

    [Fact]
    public async Task A_machine_that_goes_down_takes_only_what_was_not_synced_and_only_from_the_end()
    {
        const int Synced = 20;
        const int Unsynced = 30;
        const int ValueBytes = 3_000;
        for (var seed = 0; seed < 12; seed++)
        {
            await OpenAsync(MakeHome());
            for (var i = 0; i < Synced + Unsynced; i++)
            {
                // The one that is synced covers those before it.
                await CommitAsync(batch => batch.Put(StorageArea.Data, [(byte)i], new byte[ValueBytes]), isSynced: i == Synced - 1);
                if (i == Synced - 1)
                {
                    Home.NoteSynced();
                }
            }

            await OpenAsync(Home.AfterPowerLoss(new Random(seed)));
            var kept = KeysOf(StorageArea.Data);
            Assert.InRange(kept.Count, Synced, Synced + Unsynced);
            Assert.Equal(Enumerable.Range(0, kept.Count), kept.Select(static key => (int)key));

            // It goes on from there, and what is committed then stays.
            await CommitAsync(batch => batch.Put(StorageArea.Data, [0xF0], [1]));
            await ReopenAsync();
            Assert.Equal(kept.Count + 1, KeysOf(StorageArea.Data).Count);
        }
    }

    [Fact]
    public async Task An_empty_batch_syncs_what_was_committed_before_it()
    {
        for (var seed = 0; seed < 5; seed++)
        {
            await OpenAsync(MakeHome());
            await CommitAsync(batch => Put(batch, "a", "b"), isSynced: false);
            await CommitAsync(static _ => { });
            Home.NoteSynced();
            await CommitAsync(batch => Put(batch, "c"), isSynced: false);
            await OpenAsync(Home.AfterPowerLoss(new Random(seed)));
            Assert.Equal(["a=a", "b=b"], Scan(StorageArea.Data, "", "bz"));
        }
    }

    private List<byte> KeysOf(StorageArea area)
    {
        using var cursor = Engine.Scan(area, [], [0xFF], reverse: false);
        var keys = new List<byte>();
        while (cursor.MoveNext())
        {
            keys.Add(cursor.Key[0]);
        }

        return keys;
    }
}
