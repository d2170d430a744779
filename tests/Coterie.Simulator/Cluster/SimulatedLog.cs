namespace Coterie.Simulator.Cluster;

/// <summary>Keeps the last lines that all nodes of one simulation have logged, for a failed seed.</summary>
public sealed class SimulatedLog
{
    private const int LinesMax = 5_000;

    private readonly Queue<string> _lines = new();

    public void Add(string line)
    {
        if (_lines.Count == LinesMax)
        {
            _lines.Dequeue();
        }

        _lines.Enqueue(line);
    }

    public string Tail(int lines) => string.Join('\n', _lines.Skip(Math.Max(0, _lines.Count - lines)));
}
