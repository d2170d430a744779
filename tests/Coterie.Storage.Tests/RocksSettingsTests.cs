
namespace Coterie.Storage.Tests;

/// <summary>
/// What RocksDB says it runs with, read back from the file that it writes for itself: a setter that did nothing, or one whose meaning a new
/// version has changed, is found here and not after a loss.
/// </summary>
public sealed class RocksSettingsTests
{
    [Fact]
    public async Task The_options_that_keep_acknowledged_data_are_in_force()
    {
        var options = await Options();
        var database = options["DBOptions"];
        Assert.Equal("kTolerateCorruptedTailRecords", database["wal_recovery_mode"]);
        Assert.Equal("0", database["max_bgerror_resume_count"]);
        Assert.Equal("true", database["track_and_verify_wals_in_manifest"]);
        Assert.Equal("true", database["track_and_verify_wals"]);
        Assert.Equal("0", database["recycle_log_file_num"]);
        Assert.Equal("true", database["paranoid_checks"]);
        Assert.Equal("true", database["verify_sst_unique_id_in_manifest"]);
        Assert.Equal("false", database["allow_concurrent_memtable_write"]);
        Assert.Equal("false", database["manual_wal_flush"]);
        Assert.Equal("false", database["unordered_write"]);
    }

    [Fact]
    public async Task Rows_are_joined_by_the_model_and_nothing_else_is()
    {
        var options = await Options();
        var data = options["CFOptions \"default\""];
        Assert.Contains("coterie.row.1", data["merge_operator"], StringComparison.Ordinal);

        // The engine folds hot rows itself; RocksDB's own way looks up the key of every merge.
        Assert.Equal("0", data["max_successive_merges"]);
        Assert.Equal("nullptr", options["CFOptions \"local\""]["merge_operator"]);
    }

    private static async Task<Dictionary<string, Dictionary<string, string>>> Options()
    {
        await using var home = new TemporaryStore();
        await using (TemporaryStore.Open(home.Options, static (_, _, _) => { }))
        {
            var file = Directory.GetFiles(home.Path, "OPTIONS-*").Order(StringComparer.Ordinal).Last();
            var sections = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
            var section = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var line in await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken))
            {
                var text = line.Trim();
                if (text.StartsWith('['))
                {
                    sections[text.Trim('[', ']')] = section = new Dictionary<string, string>(StringComparer.Ordinal);
                }
                else if (text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at)
                {
                    section[text[..at]] = text[(at + 1)..];
                }
            }

            return sections;
        }
    }
}
