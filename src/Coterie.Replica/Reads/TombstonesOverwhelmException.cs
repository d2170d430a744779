namespace Coterie.Replica.Reads;

/// <summary>The range tombstones of one partition are more than a page may hold, and a page cannot end between them.</summary>
internal sealed class TombstonesOverwhelmException(string message) : Exception(message);
