namespace Coterie.Model.Tests.Deletes.Search;

/// <summary>The promise of docs/decisions/0003-safe-deletes.md over all that can happen to three replicas, and each of its rules missed.</summary>
public sealed class DeleteSearchTests(ITestOutputHelper output)
{
    private const int StatesMax = 4_000_000;

    public static IReadOnlyList<Scene> Scenes { get; } =
    [
        new("a slow clock") { FastClock = true, Hours = [0, 3, 4, 5] },
        new("a partition's deletion") { Shape = DeleteShape.Partition, FastClock = true, Hours = [0, 3, 4, 5] },
        new("an expiry") { Shape = DeleteShape.Expiry, FastClock = true, Hours = [0, 3, 4, 5] },
        new("a read repair") { ReadRepairs = 1 },
        new("a broken exchange") { Broken = 1 },
        new("a stopped clock") { StoppedClock = true },
        new("an old timestamp") { OldTimestamp = true },
        new("a loss") { Losses = 1, Hours = [0, 5, 6] },
        new("a loss, soon") { Losses = 1, Hours = [0, 1] },
        new("a loss, a slow clock") { Losses = 1, FastClock = true, Hours = [0, 3, 4] },
        new("a loss, a read repair") { Losses = 1, ReadRepairs = 1, Hours = [0, 5, 6] },
    ];

    public static TheoryData<string> SceneNames => [.. Scenes.Select(scene => scene.Name)];

    /// <summary>Each rule, and where it is missed. Every rule is here.</summary>
    public static TheoryData<Rule, string> Rules => new()
    {
        { Rule.Floor, "a stopped clock" },
        { Rule.FloorFirst, "a stopped clock" },
        { Rule.Age, "a loss" },
        { Rule.SecondSkew, "a loss, a slow clock" },
        { Rule.AllPairs, "a slow clock" },
        { Rule.BothDirections, "a slow clock" },
        { Rule.OldTombstones, "a slow clock" },
        { Rule.RepairHorizon, "a read repair" },
        { Rule.ExchangeHorizon, "a broken exchange" },
        { Rule.LeastOfSources, "a read repair" },
        { Rule.NoteSweep, "a read repair" },
        { Rule.OuterLast, "a partition's deletion" },
        { Rule.ShadowBeforeSending, "a partition's deletion" },
        { Rule.PurgeBeforeSending, "an expiry" },
        { Rule.CutsOfLostStores, "a loss" },
        { Rule.HearingIsSweeping, "a loss, a read repair" },
        { Rule.IncompleteTakesNoReadRepair, "a loss, a read repair" },
        { Rule.Incarnation, "a loss" },
        { Rule.IncompleteAnswersNoRead, "a loss" },
        { Rule.AllOthers, "a loss" },
        { Rule.WaitForWrites, "a loss" },
        { Rule.IncompleteComparesAll, "a loss, soon" },
    };

    [Theory]
    [MemberData(nameof(SceneNames))]
    public void Nothing_deleted_comes_back(string name)
    {
        var search = new Search(Scenes.Single(scene => scene.Name == name), Rule.None, StatesMax);
        var wrong = search.Run();
        output.WriteLine($"{search.States} states");
        Assert.True(wrong is null, wrong);
        Assert.True(search.States > 1_000);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Each_rule_is_missed(Rule rule, string name)
    {
        var search = new Search(Scenes.Single(scene => scene.Name == name), rule, StatesMax);
        var wrong = search.Run();
        output.WriteLine($"{search.States} states");
        Assert.False(wrong is null, $"{rule} can be left out, and nothing goes wrong in {search.States} states");
    }

    [Fact]
    public void Every_rule_is_left_out_once() =>
        Assert.Equal(Enum.GetValues<Rule>().Where(rule => rule != Rule.None), Rules.Select(row => row.Data.Item1));
}
