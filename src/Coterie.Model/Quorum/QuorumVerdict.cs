namespace Coterie.Model.Quorum;

/// <summary>What reads and writes that need so many replicas promise together: exact, over all sets of replicas that could answer.</summary>
public sealed class QuorumVerdict
{
    public QuorumVerdict(QuorumQuestion question)
    {
        Question = question;
        var layout = question.Layout;
        SureToMeet = question.Write.Quorum.SureToMeet(question.Read.Quorum);
        WritesSureToMeet = Least(question.Write, question.Write, layout);
        ReadsSureToMeet = Least(question.Read, question.Read, layout);
        Pairs =
        [
            .. from writer in Enumerable.Range(0, layout.Datacenters.Count)
               from reader in Enumerable.Range(0, layout.Datacenters.Count)
               select new DatacenterPair(writer, reader, question.Write.From(writer).SureToMeet(question.Read.From(reader))),
        ];
        Promise =
            Pairs.All(static pair => pair.SureToMeet > 0) ? QuorumPromise.Strong
            : Pairs.All(static pair => pair.SureToMeet > 0 || pair.Writer != pair.Reader) ? QuorumPromise.StrongWithinDatacenter
            : QuorumPromise.Eventual;
    }

    public QuorumQuestion Question { get; }

    public QuorumPromise Promise { get; }

    /// <summary>How many replicas a read has in common with the latest acknowledged write, at least: R + W − N where both may go anywhere.</summary>
    public int SureToMeet { get; }

    /// <summary>How many two writes have in common, wherever they are asked for, at least; 0: both may succeed without meeting.</summary>
    public int WritesSureToMeet { get; }

    /// <summary>How many two reads have in common, wherever they are asked for, at least; 0: reads may go back.</summary>
    public int ReadsSureToMeet { get; }

    /// <summary>The same as <see cref="SureToMeet"/>, for each data centre that could be written and read from.</summary>
    public IReadOnlyList<DatacenterPair> Pairs { get; }

    /// <summary>While all replicas of one of these are down, reads fail.</summary>
    public NodeSetFamily ReadsStop => Question.Read.Quorum.Blocking;

    /// <summary>While all replicas of one of these are down, writes fail.</summary>
    public NodeSetFamily WritesStop => Question.Write.Quorum.Blocking;

    /// <summary>
    /// If all replicas of one of these lose what they have, an acknowledged write may be gone: they may be the only ones that have it yet. For ANY it
    /// takes none of them: the coordinator's hint may be all there is.
    /// </summary>
    public NodeSetFamily DataMayBeLost => Question.Write.Quorum.Enough;

    /// <summary>With the replicas dead that the question names.</summary>
    public DeadVerdict WithDead()
    {
        var alive = Question.Layout.All.Except(Question.Dead);
        return new DeadVerdict(
            Question.Read.Quorum.IsMetBy(alive), Question.Write.Quorum.IsMetBy(alive), DataMayBeLost.IsWithin(Question.Dead));
    }

    /// <summary>
    /// A write and a read that meet in as few replicas as can be: the write acknowledged before the dead died, with as many of them as it could have had; the read
    /// answered by those that are left.
    /// </summary>
    /// <returns>The read's is null if it cannot be answered.</returns>
    public (NodeSet Write, NodeSet? Read) WorstCase()
    {
        var (read, write) = (Question.Read.Quorum, Question.Write.Quorum);
        var dead = Question.Dead;
        if (!read.IsMetBy(Question.Layout.All.Except(dead)))
        {
            return (write.Prefer(dead), null);
        }

        if (dead.IsEmpty)
        {
            return write.WorstMeeting(read);
        }

        // As in WorstMeeting: whoever is bound to data centres chooses first.
        if (write.IsFree)
        {
            var bound = read.Prefer(Question.Layout.All.Except(dead));
            return (write.Prefer(dead, Question.Layout.All.Except(bound)), bound);
        }

        var written = write.Prefer(dead);
        return (written, read.Prefer(Question.Layout.All.Except(dead).Except(written), Question.Layout.All.Except(dead)));
    }

    private static int Least(QuorumSide one, QuorumSide other, ReplicaLayout layout) =>
        Enumerable.Range(0, layout.Datacenters.Count).Min(first =>
            Enumerable.Range(0, layout.Datacenters.Count).Min(second => one.From(first).SureToMeet(other.From(second))));
}

/// <param name="SureToMeet">How many replicas a read asked for in the one meets of a write asked for in the other, at least.</param>
public readonly record struct DatacenterPair(int Writer, int Reader, int SureToMeet);

/// <summary>What still holds while some replicas are dead.</summary>
/// <param name="DataMayBeLost">If they never come back with what they had.</param>
public readonly record struct DeadVerdict(bool ReadsWork, bool WritesWork, bool DataMayBeLost);
