using Coterie.Host.Start;
using Coterie.Storage.Writer;

namespace Coterie.Host.Tests;

/// <summary>What a node knows of how the one before it in the same directory ended.</summary>
public sealed class SyncMarkFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("coterie-mark-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(SyncMode.Periodic)]
    [InlineData(SyncMode.None)]
    public void A_machine_that_went_down_has_lost_something_and_a_killed_process_has_not(SyncMode mode)
    {
        Assert.False(RunOn("first", mode));
        Assert.False(RunOn("first", mode));
        Assert.True(RunOn("second", mode));
        Assert.False(RunOn("second", mode));
    }

    [Fact]
    public void Where_every_write_is_synced_nothing_is_lost_and_nothing_noted()
    {
        Assert.False(RunOn("first", SyncMode.Group));
        Assert.Empty(Directory.EnumerateFiles(_directory, "coterie.*"));
        Assert.False(RunOn("second", SyncMode.Group));
    }

    [Fact]
    public void The_mode_in_which_it_ran_counts_and_not_that_in_which_it_starts()
    {
        RunOn("first", SyncMode.Periodic);
        Assert.True(RunOn("second", SyncMode.Group));
        Assert.False(RunOn("third", SyncMode.Periodic));
    }

    [Fact]
    public void A_boot_that_has_no_name_is_refused()
    {
        Assert.Throws<IOException>(() => RunOn(" \n", SyncMode.Periodic));
        Assert.False(RunOn("", SyncMode.Group));
    }

    [Fact]
    public void After_a_clean_stop_nothing_is_lost()
    {
        RunOn("first", SyncMode.Periodic, mark => mark.Stopped(isStoreWhole: true));
        Assert.False(RunOn("second", SyncMode.Periodic));
    }

    [Fact]
    public void After_a_sync_that_failed_something_may_be_lost_though_the_machine_is_still_up()
    {
        RunOn("first", SyncMode.Periodic, mark => mark.Stopped(isStoreWhole: false));
        Assert.True(RunOn("first", SyncMode.Periodic));
    }

    /// <summary>The store knows of its loss when the node has started; a start that is broken off before must not make the next one forget it.</summary>
    [Fact]
    public void A_loss_is_remembered_until_the_node_has_started()
    {
        RunOn("first", SyncMode.Periodic);
        Assert.True(On("second").Begin(SyncMode.Periodic));
        var stopped = On("second");
        Assert.True(stopped.Begin(SyncMode.Periodic));
        stopped.Stopped(isStoreWhole: true);
        Assert.True(RunOn("second", SyncMode.Periodic));
        Assert.False(RunOn("second", SyncMode.Periodic));
    }

    [Fact]
    public void A_note_that_cannot_be_read_counts_as_a_loss()
    {
        File.WriteAllText(Path.Combine(_directory, "coterie.unsynced"), "{");
        Assert.True(RunOn("first", SyncMode.Group));
        Assert.False(RunOn("first", SyncMode.Group));
    }

    /// <summary>A node starts, and is killed unless it ends otherwise.</summary>
    /// <returns>Whether it took writes for lost.</returns>
    private bool RunOn(string boot, SyncMode mode, Action<SyncMarkFile>? end = null)
    {
        var mark = On(boot);
        var hasLost = mark.Begin(mode);
        mark.Started(mode);
        end?.Invoke(mark);
        return hasLost;
    }

    private SyncMarkFile On(string boot)
    {
        var bootIdFile = Path.Combine(_directory, "boot_id");
        File.WriteAllText(bootIdFile, boot + "\n");
        return new SyncMarkFile(Path.Combine(_directory, "coterie.unsynced"), bootIdFile);
    }
}
