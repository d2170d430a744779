using System.Globalization;
using Coterie.Model.Quorum;
using Coterie.Model.Quorum.Staleness;
using Microsoft.Extensions.Primitives;

namespace Coterie.WebConsole.Quorum;

/// <summary>
/// What somebody has set on the page. Always a question that makes sense: what does not leaves it as it was and is told in <see cref="Problems"/>. Each setting
/// takes the others along as far as it must: with fewer replicas, R and W come down, and the dead that are gone are forgotten.
/// </summary>
public sealed class QuorumState
{
    public QuorumState()
    {
        Question = QuorumQuestion.TryParse(new QuorumWords(), out var question, out _) ? question! : throw new InvalidOperationException("The usual question makes no sense.");
    }

    public QuorumQuestion Question { get; private set; }

    /// <summary>Why what was asked for last was not done.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    /// <summary>The delays of this cluster, which can be chosen as a model; null: not measured.</summary>
    public DelayModel? Measured { get; set; }

    public QuorumVerdict Verdict => new(Question);

    private ReplicaLayout Layout => Question.Layout;

    private QuorumWords Words => Question.ToWords();

    /// <param name="read">The values of a key of a link.</param>
    public static QuorumState FromLink(Func<string, StringValues> read, DelayModel? measured = null)
    {
        var state = new QuorumState { Measured = measured, Problems = [.. QuorumQuery.Repeated(read)] };
        if (state.Problems.Count == 0)
        {
            state.Change(QuorumQuery.Words(read));
        }

        return state;
    }

    public void SetReplicas(int datacenter, int replicas) =>
        Lay([.. Layout.Datacenters.Select((one, index) => index == datacenter ? one with { Replicas = replicas } : one)]);

    public void AddDatacenter()
    {
        var number = Enumerable.Range(1, ReplicaLayout.DatacentersMax + 1).First(number => !Layout.ByName.ContainsKey($"dc{number}"));
        Lay([.. Layout.Datacenters, new ReplicaDatacenter($"dc{number}", Layout.Datacenters[^1].Replicas)]);
    }

    public void RemoveDatacenter() => Lay([.. Layout.Datacenters.SkipLast(1)]);

    public void SetRead(string text) => Change(Words with { Read = text });

    public void SetWrite(string text) => Change(Words with { Write = text });

    public void SetReadFrom(string datacenter) => Change(Words with { ReadFrom = datacenter });

    public void SetWriteFrom(string datacenter) => Change(Words with { WriteFrom = datacenter });

    public void SetNodeAvailability(string text) => Change(Words with { NodeAvailability = text });

    public void SetModel(string text) => Change(Words with { Model = text });

    public void SetRemote(string text) => Change(Words with { RemoteMilliseconds = text });

    /// <summary>Kills a replica, or brings it back.</summary>
    public void Toggle(int node)
    {
        Question = Question with { Dead = Question.Dead.Toggle(node) };
        Problems = [];
    }

    public void ReviveAll()
    {
        Question = Question with { Dead = NodeSet.Empty };
        Problems = [];
    }

    /// <summary>A whole setting at once: replicas, R, W.</summary>
    public void Set(string replicas, string read, string write) => Change(new QuorumWords
    {
        Replicas = replicas,
        Read = read,
        Write = write,
        NodeAvailability = Words.NodeAvailability,
        Model = Words.Model,
        RemoteMilliseconds = Words.RemoteMilliseconds,
    });

    private void Lay(IReadOnlyList<ReplicaDatacenter> datacenters)
    {
        if (ReplicaLayout.Problem(datacenters) is { } problem)
        {
            Problems = [problem];
            return;
        }

        var layout = new ReplicaLayout(datacenters);
        var words = Words;
        Change(words with
        {
            Replicas = string.Join(',', datacenters.Select(static one => $"{one.Name}:{one.Replicas}")),
            Read = Fit(Question.Read, 'R', layout),
            Write = Fit(Question.Write, 'W', layout),
            ReadFrom = layout.ByName.ContainsKey(words.ReadFrom!) ? words.ReadFrom : null,
            WriteFrom = layout.ByName.ContainsKey(words.WriteFrom!) ? words.WriteFrom : null,
            Dead = string.Join(',', DeadIn(layout).Select(static node => node + 1)),
        });
    }

    /// <summary>The same need, or the nearest that so many replicas can meet.</summary>
    private static string Fit(QuorumSide side, char letter, ReplicaLayout layout) =>
        QuorumSide.TryParse(side.Text, letter, layout, 0, out _, out _) ? side.Text
        : layout.Replicas.ToString(CultureInfo.InvariantCulture);

    /// <summary>The dead by their place in their data centre, which other data centres do not change.</summary>
    private IEnumerable<int> DeadIn(ReplicaLayout layout)
    {
        foreach (var node in Question.Dead.Nodes())
        {
            var datacenter = Layout.DatacenterOf(node);
            var place = node - Layout.In(datacenter).Nodes().First();
            if (datacenter < layout.Datacenters.Count && place < layout.Datacenters[datacenter].Replicas)
            {
                yield return layout.In(datacenter).Nodes().First() + place;
            }
        }
    }

    private void Change(QuorumWords words)
    {
        if (QuorumQuestion.TryParse(words, Measured, out var question, out var problems))
        {
            Question = question!;
        }

        Problems = problems;
    }
}
