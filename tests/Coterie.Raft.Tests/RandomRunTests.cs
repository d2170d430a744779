using Coterie.Raft.Tests.Harness;

namespace Coterie.Raft.Tests;

/// <summary>Groups under every fault that the harness knows, with the invariants looked at after each step.</summary>
public sealed class RandomRunTests
{
    [Theory]
    [InlineData(1, 60)]
    [InlineData(3, 500)]
    [InlineData(5, 300)]
    public void A_group_keeps_its_promises_and_comes_to_itself(int members, int seeds)
    {
        for (var seed = 0; seed < seeds; seed++)
        {
            Found.In(seed, members, 2000);
        }
    }
}
