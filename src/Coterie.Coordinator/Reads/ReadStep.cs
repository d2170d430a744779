namespace Coterie.Coordinator.Reads;

/// <summary>How asking replicas once ended.</summary>
/// <param name="Data">The rows of the replica that sent them first; null unless the verdict is Agreed.</param>
/// <param name="Participants">Who answered, with rows where they sent them; null unless there is something to compare.</param>
internal readonly record struct ReadStep(ReadVerdict Verdict, RequestOutcome Outcome, byte[]? Data, IReadOnlyList<Participant>? Participants);

/// <summary>A replica that answered, by its slot; its encoded rows, or null if it sent a digest.</summary>
internal readonly record struct Participant(int Slot, byte[]? Rows);
