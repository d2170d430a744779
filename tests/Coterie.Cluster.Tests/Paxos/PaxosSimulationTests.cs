namespace Coterie.Cluster.Tests.Paxos;

public sealed class PaxosSimulationTests
{
    private const string SeedVariable = "COTERIE_PAXOS_SEED";
    private const int Seeds = 3_000;

    [Fact]
    public void The_log_agrees_and_loses_nothing_through_loss_crash_and_rivalry()
    {
        var only = Environment.GetEnvironmentVariable(SeedVariable);
        var (first, count) = only is null ? (1, Seeds) : (int.Parse(only, System.Globalization.CultureInfo.InvariantCulture), 1);
        var (decided, crashes) = (0, 0);
        for (var seed = first; seed < first + count; seed++)
        {
            var world = new PaxosWorld(seed, PlantedFault.None);
            try
            {
                world.Run();
            }
            catch (PaxosViolationException violation)
            {
                Assert.Fail(
                    $"{violation.Message}. To repeat it: {SeedVariable}={seed} dotnet run --project tests/Coterie.Cluster.Tests -- "
                    + $"-method \"*{nameof(The_log_agrees_and_loses_nothing_through_loss_crash_and_rivalry)}\"");
            }

            decided += world.Decided.Count;
            crashes += world.Crashes;
        }

        Assert.True(decided > count * 3 && crashes > count * 2, $"too quiet to prove anything: {decided} entries, {crashes} crashes");
    }

    /// <summary>A simulation that cannot fail proves nothing: each of these must be found within its number of seeds.</summary>
    [Theory]
    [InlineData(PlantedFault.PromiseNotPersisted, 3_000)]
    [InlineData(PlantedFault.AcceptedNotPersisted, 100)]
    [InlineData(PlantedFault.IgnoresHigherPromise, 100)]
    [InlineData(PlantedFault.PromisesSameBallotTwice, 3_000)]
    [InlineData(PlantedFault.IgnoresAcceptedValue, 20)]
    [InlineData(PlantedFault.QuorumOffByOne, 20)]
    [InlineData(PlantedFault.ForgetsOwnEntry, 100)]
    public void A_planted_fault_is_found(PlantedFault fault, int withinSeeds)
    {
        for (var seed = 1; seed <= withinSeeds; seed++)
        {
            try
            {
                new PaxosWorld(seed, fault).Run();
            }
            catch (PaxosViolationException violation)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"{fault} found by seed {seed}: {violation.Message}");
                return;
            }
        }

        Assert.Fail($"{fault} was not found by {withinSeeds} seeds");
    }

    [Fact]
    public void A_seed_repeats_itself()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var one = new PaxosWorld(seed, PlantedFault.None);
            var other = new PaxosWorld(seed, PlantedFault.None);
            Assert.Equal(one.Run(), other.Run());
            Assert.Equal(one.Decided.OrderBy(pair => pair.Key), other.Decided.OrderBy(pair => pair.Key));
        }
    }
}
