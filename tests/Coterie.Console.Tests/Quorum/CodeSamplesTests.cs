using Coterie.Model.Quorum;
using Coterie.WebConsole.Quorum;

namespace Coterie.WebConsole.Tests.Quorum;

public sealed class CodeSamplesTests
{
    [Theory]
    [InlineData("CQL", "'dc1': 3, 'dc2': 2}", "CONSISTENCY LOCAL_QUORUM;", "CONSISTENCY EACH_QUORUM;")]
    [InlineData("C#", ".SetConsistencyLevel(ConsistencyLevel.LocalQuorum);", ".SetConsistencyLevel(ConsistencyLevel.EachQuorum);")]
    [InlineData("Java", "DefaultConsistencyLevel.LOCAL_QUORUM)", "DefaultConsistencyLevel.EACH_QUORUM)")]
    [InlineData("Python", "ConsistencyLevel.LOCAL_QUORUM)", "ConsistencyLevel.EACH_QUORUM)")]
    [InlineData("Node.js", "consistencies.localQuorum }", "consistencies.eachQuorum }")]
    [InlineData("Go", "Consistency(gocql.LocalQuorum).", "Consistency(gocql.EachQuorum).")]
    public void Levels_are_spelled_as_each_driver_spells_them(string language, params string[] parts)
    {
        var code = Sample(language, new QuorumWords { Replicas = "3,2", Read = "LOCAL_QUORUM", Write = "EACH_QUORUM" });
        Assert.All(parts, part => Assert.Contains(part, code, StringComparison.Ordinal));
        Assert.DoesNotContain("coterie.required", code, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("C#", "read.SetOutgoingPayload(new Dictionary<string, byte[]> { [\"coterie.required\"] = \"4\"u8.ToArray() });")]
    [InlineData("Java", ".setCustomPayload(Map.of(\"coterie.required\", ByteBuffer.wrap(\"4\".getBytes())))")]
    [InlineData("Python", "(1,), custom_payload={\"coterie.required\": b\"4\"})")]
    [InlineData("Node.js", "consistencies.quorum, customPayload: { \"coterie.required\": Buffer.from(\"4\") } }")]
    [InlineData("Go", ".CustomPayload(map[string][]byte{\"coterie.required\": []byte(\"4\")})")]
    public void A_number_without_a_name_goes_into_the_payload_of_that_request_alone(string language, string part)
    {
        var code = Sample(language, new QuorumWords { Replicas = "5", Read = "4", Write = "2" });
        Assert.Contains(part, code, StringComparison.Ordinal);
        Assert.Single(code.Split('\n'), static line => line.Contains("coterie.required", StringComparison.Ordinal));
    }

    private static string Sample(string language, QuorumWords words)
    {
        Assert.True(QuorumQuestion.TryParse(words, out var question, out _));
        return CodeSamples.Of(question!).Single(one => one.Language == language).Code;
    }
}
