using System.Globalization;
using Coterie.Raft.Tests.Harness;

namespace Coterie.Raft.Tests;

/// <summary>
/// Groups under every fault that the harness knows, with the invariants looked at after each step. COTERIE_RAFT_TIMES=100 in the environment runs a hundred
/// times as many seeds.
/// </summary>
public sealed class RandomRunTests
{
    private const int Steps = 2000;

    [Theory]
    [InlineData(1, 60)]
    [InlineData(3, 500)]
    [InlineData(5, 300)]
    public void A_group_keeps_its_promises_and_comes_to_itself(int members, int seeds)
    {
        var times = int.Parse(Environment.GetEnvironmentVariable("COTERIE_RAFT_TIMES") ?? "1", CultureInfo.InvariantCulture);
        for (var seed = 0; seed < seeds * times; seed++)
        {
            Found.In(seed, members, Steps, Chances.ProfileOf(seed));
        }
    }
}
