using Coterie.Cluster.Transport;
using Coterie.Coordinator.Reads;
using Coterie.Model.Quorum;

namespace Coterie.Coordinator.Tests;

/// <summary>
/// Each step of a script is an event and, after '>', what must follow: asks (D data, d digest, with the slot) and the verdict (. pending, = agreed,
/// ! disagreed, x and the result failed). Events: 0k1 slot 0 answers with hash 1; 0f failed; 0t timeout; slow. A slot asked for data answers for data.
/// </summary>
public sealed class ReadCoreTests
{
    [Theory]
    [InlineData("aaa", ConsistencyLevel.One, "begin>D0.", "0k1>=")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "begin>D0d1.", "1k1>.", "0k1>=")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "begin>D0d1.", "1k1>.", "0k2>!")]
    [InlineData("aaa", ConsistencyLevel.All, "begin>D0d1d2.", "0k1>.", "1k1>.", "2k9>!")]
    [InlineData("aaa", ConsistencyLevel.All, "begin>D0d1d2.", "0k1>.", "1f>xFailure 1/3 1f data")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "begin>D0d1.", "1u>d2.", "0k1>.", "2k1>=")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "begin>D0d1.", "0u>D2.", "2k1>.", "1k1>=")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "begin>D0d1.", "0f>D2.", "1f>xFailure 0/2 2f")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "begin>D0d1.", "0o>D2.", "1o>xOverloaded 0/2 2f")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "begin>D0d1.", "0k1>.", "1t>d2.", "2t>xTimeout 1/2 0f data")]
    [InlineData("aaa", ConsistencyLevel.One, "begin>D0.", "0o>D1.", "1f>D2.", "2k5>=")]
    public void Replies_decide(string datacenters, ConsistencyLevel level, params string[] script) => Play(datacenters, level, ReadMode.Digests, script);

    [Theory]
    [InlineData("aaa", ConsistencyLevel.Quorum, "begin>D0d1.", "slow>D2.", "slow>.", "2k1>.", "1k1>=", "0k9>=")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "begin>D0d1.", "0k1>.", "slow>d2.", "2k1>=")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "begin>D0d1.", "0k1>.", "slow>d2.", "2k2>!")]
    [InlineData("aaa", ConsistencyLevel.One, "begin>D0.", "slow>D1.", "1k1>=")]
    [InlineData("aaa", ConsistencyLevel.All, "begin>D0d1d2.", "1k1>.", "slow>D1.", "1k1>.", "2k1>.", "0k1>=")]
    [InlineData("aab", ConsistencyLevel.LocalQuorum, "begin>D0d1.", "slow>.", "0k1>.", "1k1>=")]
    public void A_slow_read_asks_one_more_once(string datacenters, ConsistencyLevel level, params string[] script) =>
        Play(datacenters, level, ReadMode.Digests, script);

    [Theory]
    [InlineData("begin>D0d1.", "1k1>.", "slow>D2.", "0t>.", "2k1>=")]
    [InlineData("begin>D0d1.", "1k1>.", "0t>D2.", "2t>xTimeout 1/2 0f")]
    public void Data_is_asked_for_until_someone_has_sent_it(params string[] script) => Play("aaa", ConsistencyLevel.Quorum, ReadMode.Digests, script);

    [Theory]
    [InlineData("aaabbb", ConsistencyLevel.LocalQuorum, "begin>D0d1.", "0k1>.", "1k1>=")]
    [InlineData("aaabbb", ConsistencyLevel.LocalQuorum, "begin>D0d1.", "0f>D2.", "1f>xFailure 0/2 2f")]
    [InlineData("aaabbb", ConsistencyLevel.EachQuorum, "begin>D0d1d3d4.", "0k1>.", "1k1>.", "3k1>.", "4u>d5.", "5k1>=")]
    [InlineData("aaabbb", ConsistencyLevel.LocalOne, "begin>D0.", "0k1>=")]
    public void Local_levels_ask_only_their_own(string datacenters, ConsistencyLevel level, params string[] script) =>
        Play(datacenters, level, ReadMode.Digests, script);

    [Theory]
    [InlineData("begin>D0d1d2.", "0k1>.", "1k1>=", "2k2>=")]
    [InlineData("begin>D0d1d2.", "0k1>.", "2k2>!")]
    public void Async_asks_everyone_and_answers_at_r(params string[] script)
    {
        var core = Play("aaa", ConsistencyLevel.Quorum, ReadMode.DigestsOfAll, script);
        Assert.True(core.AnyDifference);
    }

    [Theory]
    [InlineData(ConsistencyLevel.LocalOne, "begin>d0d1D2d3.", "2k1>=")]
    [InlineData(ConsistencyLevel.LocalQuorum, "begin>d0d1D2d3.", "0k1>.", "2k1>.", "3k1>=")]
    [InlineData(ConsistencyLevel.LocalQuorum, "begin>d0d1D2d3.", "2f>xFailure 0/2 1f")]
    public void Async_asks_for_data_only_where_the_answer_counts(ConsistencyLevel level, params string[] script) =>
        Play("bbaa", level, ReadMode.DigestsOfAll, script);

    [Fact]
    public void A_comparison_asks_only_those_whose_rows_are_not_known()
    {
        var core = new ReadCore();
        Assert.True(Begin(core, "aaa", ConsistencyLevel.Quorum, ReadMode.Rows));
        core.Have(0);
        core.Start(oneMore: false);
        Assert.True(core.TryTake(out var ask));
        Assert.Equal(new Ask(1, true), ask);
        Assert.False(core.TryTake(out _));
        core.OnAnswer(1, true, default);
        Assert.Equal(ReadVerdict.Agreed, core.Verdict);
    }

    [Fact]
    public void Too_few_alive_is_unavailable()
    {
        var core = new ReadCore();
        Assert.False(core.Begin(
            TestReplicas.Of("aaa"), TestReplicas.Strategy("aaa"), TestReplicas.Requirement("aaa", ConsistencyLevel.Quorum), TestReplicas.Alive("x.."), [0], ReadMode.Digests));
        Assert.Equal("xUnavailable 1/2 0f", Verdict(core));
    }

    private static bool Begin(ReadCore core, string datacenters, ConsistencyLevel level, ReadMode mode) => core.Begin(
        TestReplicas.Of(datacenters),
        TestReplicas.Strategy(datacenters),
        TestReplicas.Requirement(datacenters, level),
        TestReplicas.Alive(new string('x', datacenters.Length)),
        [.. Enumerable.Range(0, datacenters.Length)],
        mode);

    private static ReadCore Play(string datacenters, ConsistencyLevel level, ReadMode mode, string[] script)
    {
        var core = new ReadCore();
        var forData = new HashSet<int>();
        foreach (var step in script)
        {
            var (happens, follows) = (step[..step.IndexOf('>')], step[(step.IndexOf('>') + 1)..]);
            switch (happens)
            {
                case "begin":
                    Assert.True(Begin(core, datacenters, level, mode));
                    core.Start(oneMore: false);
                    break;
                case "slow":
                    core.OnSlow();
                    break;
                default:
                    Happen(core, happens, forData);
                    break;
            }

            var asks = "";
            while (core.TryTake(out var ask))
            {
                asks += $"{(ask.ForData ? 'D' : 'd')}{ask.Slot}";
                if (ask.ForData)
                {
                    forData.Add(ask.Slot);
                }
            }

            // A verdict may stand before or after the asks in the script: only what follows counts.
            Assert.True(follows == asks + Verdict(core) || follows == Verdict(core) + asks, $"{step}: got {asks}{Verdict(core)}");
        }

        return core;
    }

    private static void Happen(ReadCore core, string happens, HashSet<int> forData)
    {
        var slot = happens[0] - '0';
        var isData = forData.Contains(slot);
        switch (happens[1])
        {
            case 'k':
                core.OnAnswer(slot, isData, (UInt128)(happens[2] - '0'));
                break;
            default:
                core.OnLost(slot, isData, happens[1] switch
                {
                    'f' => ReplyStatus.Failed,
                    'o' => ReplyStatus.Overloaded,
                    't' => ReplyStatus.Timeout,
                    _ => ReplyStatus.Unreachable,
                });
                break;
        }
    }

    private static string Verdict(ReadCore core) => core.Verdict switch
    {
        ReadVerdict.Pending => ".",
        ReadVerdict.Agreed => "=",
        ReadVerdict.Disagreed => "!",
        _ => $"x{core.Outcome.Result} {core.Outcome.Answered}/{core.Outcome.Required} {core.Outcome.Failed}f{(core.Outcome.DataPresent ? " data" : "")}",
    };
}
