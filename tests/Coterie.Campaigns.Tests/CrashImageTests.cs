using System.Text.Json;
using Coterie.Campaigns.CrashImages;
using Coterie.Model.Rows;
using Coterie.Storage;
using Coterie.Storage.Memory;

namespace Coterie.Campaigns.Tests;

/// <summary>Real stores of processes that were killed: some hundreds of images of what they left; a campaign makes thousands.</summary>
public sealed class CrashImageTests
{
    [Fact]
    public async Task Of_every_image_all_that_was_acknowledged_is_there_or_the_damaged_file_is_named()
    {
        var (output, progress) = (new StringWriter(), new StringWriter());
        var options = CampaignOptions.Parse(["--crash-images", "300", "--json"], out _)!;
        var status = await new CrashCampaign(options, output, progress).RunAsync();
        var summary = JsonDocument.Parse(output.ToString()).RootElement;
        Assert.True(status == 0, output.ToString());
        Assert.Equal(300, summary.GetProperty("images").GetInt32());
        Assert.True(summary.GetProperty("acknowledged_batches").GetInt64() > 100);
        var kinds = summary.GetProperty("kinds").EnumerateArray().ToDictionary(static kind => kind.GetProperty("kind").GetString()!);
        Assert.Equal(["CutOff", "Flipped", "Killed", "Torn"], kinds.Keys.Order(StringComparer.Ordinal));

        // Flips that nothing notices would mean that nothing looks.
        Assert.True(kinds["Flipped"].GetProperty("refused").GetInt32() > 20, output.ToString());
    }

    [Fact]
    public async Task A_scrub_that_says_nothing_is_found()
    {
        var output = new StringWriter();
        var options = CampaignOptions.Parse(["--crash-images", "200", "--json"], out _)!;
        var place = Directory.CreateTempSubdirectory("coterie-scrub-").FullName;
        Assert.Equal(1, await new CrashCampaign(options, output, new StringWriter(), static _ => { }, place).RunAsync());
        Directory.Delete(place, recursive: true);
        var failures = JsonDocument.Parse(output.ToString()).RootElement.GetProperty("failures").EnumerateArray().Select(static failure => failure.GetString()!).ToList();
        Assert.All(failures, static failure => Assert.Contains("the scrub says nothing", failure, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(31)]
    [InlineData(97)]
    public async Task The_model_agrees_with_a_store_that_has_every_batch(int last)
    {
        var store = await StoreWith(Enumerable.Range(0, last + 1));
        Assert.Null(new CrashModel(7).Check(store, last));
        Assert.Contains("was acknowledged", new CrashModel(7).Check(store, last + 1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_is_missing_in_the_middle_is_found() =>
        Assert.NotNull(new CrashModel(7).Check(await StoreWith(Enumerable.Range(0, 40).Where(static number => number != 33)), 39));

    [Theory]
    [InlineData(StorageArea.Data)]
    [InlineData(StorageArea.Hints)]
    [InlineData(StorageArea.Trees)]
    public async Task A_batch_of_which_a_part_is_missing_or_too_much_is_found(StorageArea area)
    {
        var store = await StoreWith(Enumerable.Range(0, 40));
        var batch = new StorageBatch();
        batch.Put(area, [9, 9], [1]);
        await store.CommitAsync(batch);
        Assert.Contains($"{area} has 0909", new CrashModel(7).Check(store, 39), StringComparison.Ordinal);
        batch.Clear();
        batch.DeleteRange(area, [0], [0xFF]);
        await store.CommitAsync(batch);
        Assert.Contains($"{area} lacks", new CrashModel(7).Check(store, 39), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_of_another_batch_is_found() => Assert.Contains("another value", new CrashModel(8).Check(await StoreWith([0]), 0), StringComparison.Ordinal);

    private static async Task<MemoryEngine> StoreWith(IEnumerable<int> numbers)
    {
        var store = new MemoryEngine(new MemoryDisk(), TimeProvider.System, static () => TimeSpan.Zero, RowMerge.Merge);
        var model = new CrashModel(7);
        var batch = new StorageBatch();
        foreach (var number in numbers)
        {
            batch.Clear();
            model.Fill(batch, number);
            await store.CommitAsync(batch);
        }

        return store;
    }
}
