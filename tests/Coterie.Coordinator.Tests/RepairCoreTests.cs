using Coterie.Cluster.Transport;
using Coterie.Coordinator.Reads.Repair;
using Coterie.Model.Quorum;

namespace Coterie.Coordinator.Tests;

/// <summary>
/// Slots by a mark each: '=' took part and lacked nothing, a digit took part and is sent so many mutations, 'x' took no part, '.' is dead.
/// Events: 0k slot 0 acknowledges a mutation, 0f it fails. After '>': the slot that is asked instead, then '.' pending, '=' success, 't' timeout.
/// </summary>
public sealed class RepairCoreTests
{
    [Theory]
    [InlineData("aaa", ConsistencyLevel.Quorum, "=1x", "begin>.", "1k>=")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "=2x", "begin>.", "1k>.", "1k>=")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "==1", "begin>=")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "=1x", "begin>.", "1f>2.", "2k>=")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "=1x", "begin>.", "1f>2.", "2f>t")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "=1.", "begin>.", "1f>t")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "11x", "begin>.", "0f>2.", "1f>t")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "2=x", "begin>.", "0f>2.", "0k>.", "2k>=")]
    [InlineData("aaa", ConsistencyLevel.All, "=1=", "begin>.", "1f>t")]
    public void Enough_hold_the_answer_before_it_goes_out(string datacenters, ConsistencyLevel level, string marks, params string[] script) =>
        Play(datacenters, level, marks, script);

    [Theory]
    [InlineData("aaabbb", ConsistencyLevel.EachQuorum, "==xx=1", "begin>.", "5f>3.", "3k>=")]
    [InlineData("aaabbb", ConsistencyLevel.EachQuorum, "=1x==x", "begin>.", "1f>2.", "2k>=")]
    [InlineData("aaabbb", ConsistencyLevel.EachQuorum, "=1x=1x", "begin>.", "4f>5.", "1f>2.", "5k>.", "2k>=")]
    [InlineData("bbbaaa", ConsistencyLevel.LocalQuorum, "xxx=1x", "begin>.", "4f>5.", "5f>t")]
    public void Only_a_replica_of_the_same_data_centre_stands_in_for_another(string datacenters, ConsistencyLevel level, string marks, params string[] script) =>
        Play(datacenters, level, marks, script);

    private static void Play(string datacenters, ConsistencyLevel level, string marks, string[] script)
    {
        var core = new RepairCore(
            TestReplicas.Of(datacenters),
            TestReplicas.Strategy(datacenters),
            TestReplicas.Requirement(datacenters, level),
            TestReplicas.Alive(marks),
            [.. marks.Select(mark => mark is '=' || char.IsDigit(mark))],
            [.. marks.Select(mark => char.IsDigit(mark) ? mark - '0' : 0)]);
        foreach (var step in script)
        {
            var (happens, follows) = (step[..step.IndexOf('>', StringComparison.Ordinal)], step[(step.IndexOf('>', StringComparison.Ordinal) + 1)..]);
            var instead = -1;
            if (happens != "begin")
            {
                instead = core.OnReply(happens[0] - '0', happens[1] == 'k' ? ReplyStatus.Ok : ReplyStatus.Failed, reserveMutations: 1);
            }

            var verdict = !core.IsDecided ? "." : core.Outcome.IsSuccess ? "=" : "t";
            Assert.Equal(follows, (instead < 0 ? "" : $"{instead}") + verdict);
        }
    }
}
