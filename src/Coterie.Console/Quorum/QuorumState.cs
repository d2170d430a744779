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

    /// <summary>Why what was asked for last was not done, or not all of it.</summary>
    public IReadOnlyList<QuorumProblem> Problems { get; private set; } = [];

    /// <summary>A link asked for it, of which all the rest is kept.</summary>
    public bool IsFromLink { get; private set; }

    /// <summary>The delays of this cluster, which can be chosen as a model; null: not measured.</summary>
    public DelayModel? Measured { get; set; }

    public QuorumVerdict Verdict => new(Question);

    private ReplicaLayout Layout => Question.Layout;

    private QuorumWords Words => Question.ToWords();

    /// <summary>All of a link that makes sense, one parameter after the other; in place of the rest, what is usual.</summary>
    /// <param name="read">The values of a key of a link.</param>
    /// <param name="keys">All keys of the link, for what is said of those that nobody knows.</param>
    public static QuorumState FromLink(Func<string, StringValues> read, DelayModel? measured = null, IEnumerable<string>? keys = null)
    {
        var state = new QuorumState { Measured = measured };
        var words = new QuorumWords();
        var found = QuorumQuery.Unknown(keys ?? []).Select(static text => new QuorumProblem(null, text)).ToList();
        foreach (var parameter in QuorumQuery.Parameters)
        {
            var values = read(parameter.Key);
            if (values.Count > 1)
            {
                found.Add(new QuorumProblem(null, QuorumQuery.SaidTwice(parameter.Key)));
            }
            else if (values.ToString() is { Length: > 0 } text)
            {
                // The words so far make sense, so what is wrong now is wrong with this one.
                var next = parameter.Set(words, text);
                state.Change(next, parameter.Key);
                words = state.Problems.Count == 0 ? next : words;
                found.AddRange(state.Problems);
            }
        }

        state.Problems = found;
        state.IsFromLink = true;
        return state;
    }

    /// <summary>What is wrong with what was asked for last of one parameter; null: nothing.</summary>
    public string? ProblemOf(string key) => Problems.FirstOrDefault(problem => problem.Key == key)?.Text;

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

    public void SetNodeAvailability(string text) => Change(Words with { NodeAvailability = text }, "up");

    public void SetModel(string text) => Change(Words with { Model = text }, "model");

    public void SetRemote(string text) => Change(Words with { RemoteMilliseconds = text }, "remote");

    /// <summary>Kills a replica, or brings it back.</summary>
    public void Toggle(int node)
    {
        Question = Question with { Dead = Question.Dead.Toggle(node) };
        Refuse([], null);
    }

    public void ReviveAll()
    {
        Question = Question with { Dead = NodeSet.Empty };
        Refuse([], null);
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
            Refuse([problem], null);
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

    /// <param name="key">The parameter that is changed; null: it is not one alone.</param>
    private void Change(QuorumWords words, string? key = null)
    {
        if (QuorumQuestion.TryParse(words, Measured, out var question, out var problems))
        {
            Question = question!;
        }

        Refuse(problems, key);
    }

    private void Refuse(IReadOnlyList<string> problems, string? key)
    {
        Problems = [.. problems.Select(text => new QuorumProblem(key, text))];
        IsFromLink = false;
    }
}

/// <param name="Key">The parameter that it is of; null: of none alone.</param>
public sealed record QuorumProblem(string? Key, string Text);
