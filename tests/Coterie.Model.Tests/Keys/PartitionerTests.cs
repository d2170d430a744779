using Coterie.Model.Keys;
using Coterie.Model.Tests.Golden;

namespace Coterie.Model.Tests.Keys;

public sealed class PartitionerTests
{
    /// <summary>Golden/tokens.txt was computed by a stock driver, so that a token-aware one finds the replica.</summary>
    [Fact]
    public void Tokens_are_those_that_drivers_compute()
    {
        var tokens = GoldenFile.Read("tokens.txt");

        Assert.True(tokens.Count > 200);
        foreach (var line in tokens)
        {
            var key = Convert.FromHexString(line[0].Replace("-", "", StringComparison.Ordinal));
            Assert.Equal(line[1], Partitioner.TokenOf(key).ToString());
        }
    }
}
