namespace Coterie.Model;

/// <summary>
/// Every length, count, depth and queue has a limit, and this is where it stands. Full means refuse and count, never grow.
/// </summary>
public static class Limits
{
    /// <summary>Longest serialized partition key, as in Cassandra: its length travels as an unsigned short.</summary>
    public const int PartitionKeyBytesMax = 65_535;

    /// <summary>Longest sum of clustering values of one row.</summary>
    public const int ClusteringKeyBytesMax = 65_535;

    /// <summary>Bytes of one entry key: ordered encodings may double the bytes of a clustering key, and a range tombstone has two bounds.</summary>
    public const int EntryKeyBytesMax = 4 * ClusteringKeyBytesMax;

    /// <summary>Slices of rows that one read of a partition may name.</summary>
    public const int ReadSlicesMax = 10_000;

    /// <summary>Entries that a replica looks at for one page, whatever it finds: a queue of tombstones must not hold it up or blow its memory.</summary>
    public const int PageScannedEntriesMax = 100_000;

    /// <summary>Bytes after which a replica ends its page. One row, one static row and so many bytes of range tombstones may go over it.</summary>
    public const int PageBytesMax = 8 * 1024 * 1024;

    /// <summary>Writes that one coordinator has under way; more are refused.</summary>
    public const int CoordinatedWritesMax = 32_768;

    /// <summary>Writes of one coordinator that some replica has not replied to yet, whether the client is answered or not.</summary>
    public const int CoordinatedWritesHeldMax = 8 * CoordinatedWritesMax;

    /// <summary>Reads that one coordinator has under way; more are refused.</summary>
    public const int CoordinatedReadsMax = 32_768;

    /// <summary>Steps of reads that some replica has not replied to yet, whether the client is answered or not.</summary>
    public const int CoordinatedReadsHeldMax = 8 * CoordinatedReadsMax;

    /// <summary>Repairs of one coordinator that follow an answer rather than precede it.</summary>
    public const int BackgroundRepairsMax = 64;

    /// <summary>Ranges of the ring that one read asks for at the same time.</summary>
    public const int ReadRangesInParallelMax = 8;

    /// <summary>Times that one read may go on without finding a live row, before it is refused: it is wading through tombstones.</summary>
    public const int FruitlessReadsMax = 64;

    /// <summary>Reads that wait for the disk, or mutations that wait for the writer, whose objects a replica keeps for the next.</summary>
    public const int ReplicaPooledMax = 4_096;

    /// <summary>Elements of one collection of one row. Every read folds the whole row, so it must stay small enough to fold.</summary>
    public const int CollectionElementsMax = 65_536;

    /// <summary>Key of one element of a collection: a set's element, a map's key.</summary>
    public const int ElementKeyBytesMax = 65_535;

    /// <summary>Bytes of one encoded row with its collections.</summary>
    public const int RowBytesMax = 16 * 1024 * 1024;

    /// <summary>Columns of one table.</summary>
    public const int ColumnsMax = 2_000;

    /// <summary>Bytes of one mutation between nodes.</summary>
    public const int MutationBytesMax = 16 * 1024 * 1024;

    /// <summary>Bytes of what one entry of a Raft log carries: a mutation and its stamp.</summary>
    public const int RaftPayloadBytesMax = MutationBytesMax + 64;

    /// <summary>Writes and reads of leader-based tables that wait at one group's leader; more are refused.</summary>
    public const int LeaderRequestsMax = 32_768;

    /// <summary>Bytes of what waits at one group's leader for a comparison in its partition; more is refused.</summary>
    public const int LeaderHeldBytesMax = 64 * 1024 * 1024;

    /// <summary>Entries (rows, range tombstones, header, static row) of one mutation.</summary>
    public const int MutationEntriesMax = 65_536;

    /// <summary>Hints of one node that are on their way to its disk; one more is dropped: hints must not crowd out what clients wait for.</summary>
    public const int HintsStoringMax = 8_192;

    /// <summary>Bytes of those hints.</summary>
    public const long HintsStoringBytesMax = 8L * 1024 * 1024;

    /// <summary>Bytes of mutations that one coordinator keeps for replicas that may still answer, so that there can be a hint if they do not.</summary>
    public const long MutationsHeldBytesMax = 64L * 1024 * 1024;

    /// <summary>Hints read at a time for their replay.</summary>
    public const int HintChunkCountMax = 1_024;

    /// <summary>Bytes of hints read at a time, over which one hint may go.</summary>
    public const int HintChunkBytesMax = 1024 * 1024;

    /// <summary>Hints of one node that are on their way to the replica that missed them.</summary>
    public const int HintsReplayingMax = 32;

    /// <summary>Bytes of one logged batch over several partitions.</summary>
    public const int BatchRecordBytesMax = 16 * 1024 * 1024;

    /// <summary>Logged batches under way that one node keeps, for itself and for others.</summary>
    public const int BatchesHeldMax = 16_384;

    /// <summary>Bytes of those batches.</summary>
    public const long BatchesHeldBytesMax = 256L * 1024 * 1024;

    /// <summary>Batches read at a time for their replay.</summary>
    public const int BatchesReplayedMax = 16;

    /// <summary>Bytes of one frame between nodes. Larger than a mutation or a page with its keys.</summary>
    public const int PeerFrameBytesMax = 64 * 1024 * 1024;

    /// <summary>Bytes of one CQL frame, refused by its header before anything is allocated. Cassandra's default is 16 MiB too.</summary>
    public const int CqlFrameBytesMax = 16 * 1024 * 1024;

    /// <summary>Bytes of one CQL statement's text.</summary>
    public const int StatementBytesMax = 1024 * 1024;

    /// <summary>Nesting of CQL terms and types. A stack overflow kills a .NET process, so depth is counted.</summary>
    public const int NestingMax = 32;

    /// <summary>Values of one IN, and partitions that one statement may ask for by IN.</summary>
    public const int InValuesMax = 1_000;

    /// <summary>Statements of one batch.</summary>
    public const int BatchStatementsMax = 5_000;

    /// <summary>Rows of one page, whatever the client asks for.</summary>
    public const int PageRowsMax = 10_000;

    /// <summary>Tables of one cluster.</summary>
    public const int TablesMax = 1_000;

    /// <summary>Keyspaces of one cluster.</summary>
    public const int KeyspacesMax = 1_000;

    /// <summary>Characters of the name of a keyspace or a table, as in Cassandra, where it becomes part of a file name.</summary>
    public const int SchemaNameLengthMax = 48;

    /// <summary>Characters of a column's name.</summary>
    public const int ColumnNameLengthMax = 1_024;

    /// <summary>Bytes of one change of the metadata: more than the longest statement that asks for one.</summary>
    public const int MetadataChangeBytesMax = 4 * 1024 * 1024;

    /// <summary>Bytes of one value that consensus decides: a change of the metadata with its entry id.</summary>
    public const int ConsensusValueBytesMax = MetadataChangeBytesMax + 1_024;

    /// <summary>Changes of the metadata that wait on one node for their turn.</summary>
    public const int MetadataChangesWaitingMax = 128;

    /// <summary>Requests about the metadata log that one node works on at a time.</summary>
    public const int MetadataRequestsMax = 256;

    /// <summary>Entries of the metadata log in one answer to who is behind.</summary>
    public const int MetadataEntriesPulledMax = 1_000;

    /// <summary>Bytes of the whole metadata, and of one answer with entries of its log.</summary>
    public const int MetadataBytesMax = 32 * 1024 * 1024;

    /// <summary>Nodes of one cluster.</summary>
    public const int NodesMax = 100;

    /// <summary>Voters of the metadata log: the first nodes of the initial list.</summary>
    public const int VotersMax = 5;

    /// <summary>Tokens of one node.</summary>
    public const int TokensPerNode = 16;

    /// <summary>CQL connections of one node. One more is closed as soon as it is accepted.</summary>
    public const int CqlConnectionsMax = 20_000;

    /// <summary>Requests of one CQL connection that are being answered. One more is answered with Overloaded.</summary>
    public const int CqlRequestsPerConnectionMax = 4_096;

    /// <summary>Bytes of all requests of one node that are being answered or have arrived in part. Over it: Overloaded.</summary>
    public const long CqlRequestBytesMax = 256L * 1024 * 1024;

    /// <summary>Bytes of one CQL response. The protocol's own limit is 256 MB.</summary>
    public const int CqlResponseBytesMax = 128 * 1024 * 1024;

    /// <summary>Bytes waiting to be read by one CQL client, from which on nothing more is read from it.</summary>
    public const int CqlUnreadBytesPause = 1024 * 1024;

    /// <summary>Bytes waiting to be read by one CQL client, over which it is disconnected. Room for one largest response on top of the pause.</summary>
    public const int CqlUnreadBytesMax = CqlResponseBytesMax + (16 * 1024 * 1024);

    /// <summary>Bytes that the answers to the requests in flight of one CQL connection may be expected to have; from there on no further request of it begins.</summary>
    public const int CqlAnswerBytesAhead = 16 * 1024 * 1024;

    /// <summary>Prepared statements that a node remembers; the least recently used are forgotten, and clients prepare them again.</summary>
    public const int PreparedStatementsMax = 10_000;

    /// <summary>Bytes of text of the prepared statements that a node remembers.</summary>
    public const long PreparedStatementBytesMax = 64L * 1024 * 1024;

    /// <summary>Writes that may wait for the writer loop of a node. One more is refused: the coordinator counts the replica as overloaded.</summary>
    public const int WriterQueuedWritesMax = 16_384;

    /// <summary>Bytes that may wait for the writer loop of a node. Some mutations of the largest size.</summary>
    public const long WriterQueuedBytesMax = 64L * 1024 * 1024;

    /// <summary>A batch of the writer loop takes no further write once it has this many bytes, so that one fsync stays short.</summary>
    public const int WriterBatchBytesMax = 1024 * 1024;

    /// <summary>Bytes of one key in the engine: table, token, partition key with its zeros doubled, entry key.</summary>
    public const int DataKeyBytesMax = 16 + (2 * PartitionKeyBytesMax) + EntryKeyBytesMax;

    /// <summary>Ranges of one request for hashes between replicas.</summary>
    public const int TreeRangesMax = 1_024;

    /// <summary>Parts that a range is cut into at a time, when two replicas differ in it.</summary>
    public const int TreePartsMax = 16;

    /// <summary>Rows of one comparison between replicas.</summary>
    public const int TreeRowsMax = 8_192;

    /// <summary>Entries that one answer about a tree may say that it has read: somewhat more than any does.</summary>
    public const int TreeRowsReadMax = 64 * 1_024;

    /// <summary>Bytes of keys in one message of a comparison, over which one key may go: far below a frame, and ten of the longest.</summary>
    public const int TreeKeyBytesMax = 4 * 1024 * 1024;

    /// <summary>
    /// Times that one exchange cuts a range where the other replica wants it cut: enough for 500,000,000 rows that this side has nothing of. One that
    /// wants it more often never comes to an end.
    /// </summary>
    public const int TreeCutsMax = 128 * 1_024;

    /// <summary>Keys written a moment ago that a node remembers, so that rows on their way are not taken for rows that differ.</summary>
    public const int RecentKeysMax = 1_000_000;

    /// <summary>Cold reads that may wait for a thread of the storage engine's I/O pool.</summary>
    public const int StorageWorkQueuedMax = 4_096;
}
