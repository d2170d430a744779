using Coterie.Model.Quorum;
using Coterie.Model.Quorum.Reports;
using Coterie.Model.Quorum.Staleness;

namespace Coterie.WebConsole.Quorum;

/// <summary>
/// Predicted latency and staleness, kept for a while: the same question under the same seed has the same answer, and a page asks when it is first
/// drawn, again when it comes alive, and again for every step back.
/// </summary>
internal sealed class Predictions
{
    private const int KeptMax = 64;
    private const ulong Seed = 1;

    /// <summary>Larger clusters get fewer trials, so that each answer takes about as long.</summary>
    private const int TrialsTimesReplicasMax = 900_000;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Prediction> _kept = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];

    public Prediction Of(QuorumQuestion question)
    {
        // The dead change nothing in the model, nor does how often nodes are up. Delays that were measured twice differ, by their description, and have one name.
        var key = (question.ToWords() with { Dead = "", NodeAvailability = "" }) + question.Delays.Description;
        lock (_lock)
        {
            if (_kept.TryGetValue(key, out var known))
            {
                return known;
            }
        }

        var made = Make(question);
        lock (_lock)
        {
            if (_kept.TryAdd(key, made))
            {
                _order.Enqueue(key);
                if (_order.Count > KeptMax)
                {
                    _kept.Remove(_order.Dequeue());
                }
            }
        }

        return made;
    }

    private static Prediction Make(QuorumQuestion question)
    {
        var trials = Math.Min(DelayReport.UsualTrials, TrialsTimesReplicasMax / question.Layout.Replicas);
        var result = new WarsSimulation(question.Delays, question.Read.Quorum, question.Write.Quorum, question.RemoteMilliseconds).Run(trials, Seed);
        return new Prediction(new QuorumVerdict(question).Promise, DelayReport.Of(question, result), LatencyCurves.Of(result));
    }
}

/// <param name="Promise">Of the question that it answers.</param>
/// <param name="Latency">For drawing; programs get percentiles.</param>
public sealed record Prediction(QuorumPromise Promise, DelayReport Report, LatencyCurves Latency);
