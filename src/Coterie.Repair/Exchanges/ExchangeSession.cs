using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Deletes;
using Coterie.Model.Ids;
using Coterie.Model.Time;
using Coterie.Model.Trees;

namespace Coterie.Repair.Exchanges;

/// <summary>
/// One exchange from its beginning to its end: both replicas agree on floor, cuts and horizon; then what they hold is compared; then, with all
/// of it durable on both, the pair's cut rises. See docs/decisions/0003-safe-deletes.md.
/// </summary>
internal sealed class ExchangeSession(
    StorageId table, DeletionRules rules, ReplicaGroup group, NodeId driver, NodeId peer, ReplicaRequests replicas, ExchangeClock clock)
{
    /// <summary>True if one of the two had lost writes: then there is reason to compare again soon, until it has them all back.</summary>
    /// <param name="begun">Now, by this node's clock.</param>
    /// <param name="figures">Counted on.</param>
    /// <param name="salt">Anew for each exchange.</param>
    /// <param name="pace">Awaited after each step.</param>
    /// <exception cref="ExchangeFailedException">One of the two did not answer, or refused, or is not ready; the cut stays where it was.</exception>
    /// <exception cref="MalformedDataException">One of the two answered nonsense.</exception>
    public async Task<bool> RunAsync(FormationTime begun, ExchangeFigures figures, ulong salt, Func<Task> pace)
    {
        if (driver == peer)
        {
            // Alone in its group, it agrees with itself; what is too old to come is said all the same, or nothing would ever be swept.
            await BeginAtAsync(driver, peer, begun, null);
            await EndAsync(begun);
            return false;
        }

        var agreed = await BeginAsync(begun);
        var topic = new ExchangeTopic(
            table, group, driver, peer, rules.CutOf(begun).Milliseconds, agreed.Horizon.Milliseconds, agreed.Cuts.Incarnations(),
            WithRecent: agreed.IsIncomplete, DryRun: false);
        // Who has lost writes answers no reads until it has them: that goes as fast as it goes.
        await new Exchange(topic, replicas, figures, salt, agreed.IsIncomplete ? static () => Task.CompletedTask : pace, clock).RunAsync();
        if (!agreed.IsTooSoon)
        {
            await EndAsync(begun);
        }

        return agreed.IsIncomplete;
    }

    /// <summary>Compares only: agrees on nothing, and changes nothing.</summary>
    public async Task RunDryAsync(FormationTime begun, ExchangeFigures figures, ulong salt, Func<Task> pace)
    {
        var topic = new ExchangeTopic(table, group, driver, peer, rules.CutOf(begun).Milliseconds, 0, [], WithRecent: false, DryRun: true);
        await new Exchange(topic, replicas, figures, salt, pace, clock).RunAsync();
    }

    /// <summary>This side first, then the other, which learns what this side knows, then this side again, which learns the rest.</summary>
    private async Task<ExchangeReply> BeginAsync(FormationTime begun)
    {
        var mine = await BeginAtAsync(driver, peer, begun, null);
        var theirs = await BeginAtAsync(peer, driver, begun, mine);
        var agreed = await BeginAtAsync(driver, peer, begun, theirs);
        if (agreed.Horizon != theirs.Horizon || !SameIncarnations(agreed.Cuts, theirs.Cuts))
        {
            throw new ExchangeFailedException("The two replicas learned something else meanwhile.");
        }

        return agreed.IsSwept && theirs.IsSwept
            ? agreed with { IsIncomplete = agreed.IsIncomplete || theirs.IsIncomplete, IsTooSoon = agreed.IsTooSoon || theirs.IsTooSoon }
            : throw new ExchangeFailedException("Deletions are being swept; the exchange begins again after that.");
    }

    private async Task<ExchangeReply> BeginAtAsync(NodeId node, NodeId other, FormationTime begun, ExchangeReply? known)
    {
        var request = new ExchangeRequest(table, group.Nodes, other, begun, known?.Cuts, known?.Horizon ?? default);
        return ExchangeReply.Decode(await replicas.AskAsync(node, Verb.TreeBegin, request.Encode()), group.Nodes.Length);
    }

    private async Task EndAsync(FormationTime begun)
    {
        // A cut that one of the two knows counts: so nothing may be volatile on either before it is told of.
        foreach (var verb in new[] { Verb.TreeBarrier, Verb.TreeEnd })
        {
            foreach (var (node, other) in driver == peer ? [(driver, driver)] : new[] { (driver, peer), (peer, driver) })
            {
                await replicas.AskAsync(node, verb, new ExchangeRequest(table, group.Nodes, other, begun, null, default).Encode());
            }
        }
    }

    private static bool SameIncarnations(PairCuts left, PairCuts right) => left.Incarnations().AsSpan().SequenceEqual(right.Incarnations().AsSpan());
}
