namespace Coterie.Coordinator.Hints;

/// <summary>Whoever must know whether a hint is durable: a write at ANY, a batch that is replayed. Short, and must not throw.</summary>
internal interface IHintSink
{
    /// <summary>Once for each hint that was asked for; it may come before the asking has returned, and on another thread.</summary>
    void OnHint(bool durable);
}
